"""The web pages: templates, words in two languages, style sheets and ES modules. Nothing comes from elsewhere."""
