"""Who has sent a request.

current  what routes ask for: the sender, and what they may
seen     which documents they may see
beside   who sees what is published beside ours
cookie   of a session, given and taken
csrf     a form of another site is not a form of ours
"""
