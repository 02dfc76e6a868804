"""The fictional programme shown by ``make demo`` and used, larger, by the measurements.

Every name, number and figure is invented. Real are only the communes, the NAF codes, the four axes
and the public totals of the agreement. The same arguments always give the same rows.
"""
