"""The web pages: templates, words in two languages, style sheets and ES modules. Nothing comes from elsewhere.

page        a template with its words                    answers     pages as answers, also where one cannot be shown
frame       language, who is there, where they may go
"""
