"""Who works here: accounts and roles, signing in, sessions, set-up links, the audit log.

Passwords (passwords.py) and single sign-on (oidc.py, provider.py, id_token.py, grants.py) are two
ways in; both end in `entry.admit`. Guesses are slowed down (lockout.py). What changes an account
stands in acts.py, used by the pages and by `kanal user` alike.
"""
