"""X (Twitter): citizens mention the city account or write it a direct message.

adapter.py   transport: by polling on a budget, or by webhook; posts and messages out
payload.py   pure: what we keep of a poll, or a webhook delivery, to messages
activity.py  pure: the Account Activity API's older objects to those of API v2
render.py    pure: a message to a post or a direct message
outcome.py   the API's refusals, sorted into wait, retry, refuse, misconfigured
README.md    how to get keys, what it costs, limits, what is not supported
"""
