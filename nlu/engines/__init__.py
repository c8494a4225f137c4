"""Engines: each is a class that fulfils nlu.engine.Engine."""
