"""What areas an officer may be given: those of the gazetteer."""

from __future__ import annotations

from functools import cache

from nlu.places.gazetteer import gazetteer


@cache
def areas() -> tuple[str, ...]:
    """Every kota, kecamatan and kelurahan as an account has it: "kota/kecamatan/kelurahan"."""
    found = gazetteer()
    every = (*found.kota, *found.kecamatan, *found.kelurahan)
    named = ((one.kota, one.kecamatan, one.kelurahan) for one in every)
    return tuple(sorted("/".join(filter(None, names)) for names in named))
