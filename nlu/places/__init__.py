"""Places: from the words, coordinates or links of a citizen to a point and a kelurahan of the city.

    resolve("Banjir di Jl. Kemang Raya, Mampang")  # text -> mentions, and a place or candidates
    locate(-6.1754, 106.8272)                      # pin  -> place, or OutsideCity

Pure: no network, no clock, no store. A name that may mean two places is never guessed: `resolve`
then answers with candidates and no place, and a dialog asks. The facts of the city are tables in
`jakarta/`; another city is another folder like it.
"""
