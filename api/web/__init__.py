"""The web page: a template, a style sheet, one ES module and their words. Nothing comes from elsewhere."""
