"""What every other package stands on: settings, the opened service, and how values are written.

settings          from the environment, checked
context           database, originals, forms and elections in use, opened together
database          the one that the settings name, in its newest shape
originals         uploaded bytes under their hash, in a folder or an object store
service_secrets   what chance is drawn from, and signs are made with
forms             the installed templates, and those of a folder of one's own
notifications     tell workers on other machines that pages wait
language          words of the terminal in Bahasa Indonesia and English
formatting        whole numbers, shares and moments as people write them
spreadsheets      no text of others becomes a formula
in_order          work side by side, results in their order
copying           very many rows written at once
pieces            many things, some at a time
machine_failures  what is nobody's fault, and is tried again
address           what every address of the service begins with, and that of the API
malloc            cap the arenas of glibc's malloc
version           of the program
"""
