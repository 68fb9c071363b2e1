"""What the pages share: state, resources, the reading pane. Below app and pages, only this imports streamlit."""
