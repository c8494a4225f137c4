"""The console: moderators correct, answer and teach; officers act; admins look after people.

    desk.py        what the gateway hands in: store, clock, engine, channels' limits, photos
    door.py        who may come in: sessions, rights, forged forms, page policy
    pages.py       templates and words become pages
    app.py         every route of every room
    people/        accounts, sign-in, roles, audit
    queue/         what waits for a person
    report/        one complaint with all that is known of it
    correct/       the word of a moderator on what the machine said
    answer/        to the citizen, to the agency, to the next moderator
    teach/         what was corrected becomes a better model
    overview/      figures of the city
    api/           all of it for programs, as JSON

It stands between `gateway`, which serves it, and `store`, which it reads and writes. Every act is
one transaction that appends to the complaint's history and to the audit log.
"""
