"""Answer: write to a citizen on his channel, tell progress, assign, and keep notes.

talks.py      acts in a conversation: take, say, give back, note
acts.py       acts on a complaint: status, assignment, note
agencies.py   who acts on what (agencies.yml); wordings.py sentences at hand (templates/)
preview.py    a message as it will be sent; panel.py what the page shows; pages.py the requests
"""
