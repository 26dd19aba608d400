"""Statements -> claims: which question of a watch does a sentence answer, and with what?"""
