// Every key of the vote page, and the sheet that lists them ("?"). A key has its line here and its act in VoteView.key
// (vote.js), which asks `mayAct` first: nothing acts while somebody types, or under a dialog.
const VOTING = [
  // [group, keys, what they do]
  ['Vote', ['1', '...', '8'], 'Answer A, B ... H is best; of more than two: rank them in this order'],
  ['Vote', ['0'], 'A tie'],
  ['Vote', ['9'], 'All bad'],
  ['Vote', ['Backspace'], 'Take the last rank back'],
  ['Vote', ['Shift', '1', '...', '3'], 'How sure: guessing, fairly, certain'],
  ['Vote', ['Enter'], 'Submit; Ctrl + Enter also while you type'],
  ['Vote', ['u'], 'Take back the last vote, to change it'],
  ['Say', ['m'], 'Mark the answer, or what is selected in it'],
  ['Say', ['h'], 'Other answer to mark'],
  ['Say', ['s'], 'Scores, where the study has several criteria'],
  ['Say', ['r'], 'Reasons'],
  ['Say', ['c'], 'Comment'],
  ['Whole threads', ['f'], 'First turn that failed: this one'],
  ['Whole threads', ['Shift', 'F'], 'No turn failed'],
  ['Read', ['j'], 'Scroll down; in whole threads: next turn'],
  ['Read', ['k'], 'Scroll up; in whole threads: turn before'],
  ['Read', ['g'], 'Go to a message'],
  ['Read', ['/'], 'Find in the thread and the answers'],
  ['Read', ['i'], 'Instructions'],
  ['Items', ['b'], 'Back to the vote before'],
  ['Items', ['n'], 'On to the next item'],
  ['Items', ['x'], 'Skip this item, with a reason'],
  ['Items', ['p'], 'Pause'],
  ['Items', ['?'], 'This list'],
];

// Where digits need Shift (French keyboards), Shift and a digit types one, and the key alone says how sure.
const digitOf = e => (/^\d$/.test(e.key) ? +e.key : NaN);
const sureOf = e => (Number.isNaN(digitOf(e)) ? +(/^Digit([1-3])$/.exec(e.code)?.[1] ?? NaN) : NaN);

// Held down, only what moves about goes on acting.
const MOVES = /^(j|k|Backspace)$/;
