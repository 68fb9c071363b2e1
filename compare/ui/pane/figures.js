// What each figure of the numbers line means and where it comes from, for whoever points at it.

const MEANINGS = [
  [/^(in|out) /, 'Tokens of the whole prompt, and of what the model wrote, thinking included. Reported: by the '
    + 'provider. Counted: by Weighbridge, with one tokenizer (o200k) for all models.'],
  [/^first /, 'Time from sending the request to the first piece of the reply, thinking included. Measured here.'],
  [/^total /, 'Time from sending the request to the end of the reply. Measured here.'],
  [/tok\/s$/, 'Output tokens per second between the first piece and the end: the reported tokens, or the counted ones '
    + 'where none were reported.'],
  [/^<?\$/, 'Cost of this answer in US dollars: its tokens times the price of its model when it was asked.'],
  [/^cost unknown$/, 'No cost can be given: the price of the model or its tokens are not known.'],
  [/^about \$/, 'What this answer has cost so far in US dollars: the tokens counted here times the price of its model. '
    + 'An estimate, until the provider reports.'],
  [/of window$/, 'How much of the model\'s context window the prompt and the answer take together.'],
  [/^attempt \d/, 'How often the model has been asked. The times are those of this attempt.'],
  [/attempts/, 'How often the model was asked, and the time from the first attempt to the end. First and total time '
    + 'are those of the last attempt.'],
  [/^timing disturbed$/, 'The computer that runs Weighbridge was too busy while this answer came in, so its times may be '
    + 'off by more than a twentieth. They are left out of the percentiles on the Results page.'],
  [/^[\d.]+ s$/, 'Time since the model was asked. Measured here.'],
];

const meaning = figure => MEANINGS.find(([form]) => form.test(figure))?.[1] ?? '';
