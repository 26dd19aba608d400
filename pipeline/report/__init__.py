"""Changes, states and claims -> text, Markdown, HTML, JSON and CSV. Pure: values in, text out."""
