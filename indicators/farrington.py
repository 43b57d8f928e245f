"""Farrington flexible: is this week's count unusual, given the same season of earlier years and the trend?

Farrington et al. 1996 (doi:10.2307/2983331); Noufaily et al. 2013 (doi:10.1002/sim.5595); Salmon et al. 2016
(doi:10.18637/jss.v070.i10), whose R package `surveillance` is the reference that the tests hold this to. A batch of
series is worked through at once.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

from indicators import distributions
from indicators.batch import Batch, Flags, Tested, lately, put, untested
from indicators.quasipoisson import TINY, Design, Fit, Floats, Spread, dispersion, fit, spread
from indicators.reference_weeks import WEEKS_A_YEAR, Calendar, Reference, reference

Threshold = Literal["nbPlugin", "muan", "delta"]

_YEARS_FOR_A_TREND: Final = 3
_UNKNOWN: Final = 1e9
"""A mean beyond any count: its upper bound is no bound."""


@dataclass(frozen=True)
class Control:
    """The method's settings, named as in the papers.

    Attributes:
        years, half_window, levels: b, w and the number of season levels.
        left_out: the weeks before the tested one that are not used.
        weight_above: standardised residuals above it weigh less.
        trend_below: a trend is kept if its p-value is below; 1 keeps every trend that is sound.
        alpha: chance of an alarm in an ordinary week.
        as_in_r: R's own standard errors, and no answer where a baseline is all zero.
    """

    years: int = 5
    half_window: int = 3
    levels: int = 10
    left_out: int = 26
    weight_above: float = 2.58
    trend: bool = True
    trend_below: float = 1.0
    threshold: Threshold = "nbPlugin"
    alpha: float = 0.01
    as_in_r: bool = False


FLEXIBLE: Final = Control()
ORIGINAL: Final = Control(levels=1, left_out=3, weight_above=1.0, trend_below=0.05, threshold="delta")
"""Farrington et al. 1996."""


def surveil(batch: Batch, calendar: Calendar, week: int, control: Control = FLEXIBLE) -> Tested:
    """Test one week of every series of a batch.

    Missing weeks weigh nothing and are never filled in. Weeks before the calendar's first count as missing.
    """
    task = _task(batch, calendar, week, control)
    ready = np.flatnonzero(task.testable)
    result = untested(len(batch.counts))
    if len(ready):
        put(result, ready, _test(task.only(ready), control))
    return result


@dataclass(frozen=True)
class _Task:
    """A week of a batch: the baseline, the week itself, and what all series share."""

    design: Design
    baseline: Floats
    known: Floats
    population: Floats | None
    observed: Floats
    people: Floats
    enough: Flags

    @property
    def testable(self) -> Flags:
        """A count this week, and a baseline with the week's own season and a degree of freedom."""
        in_season = (self.known @ self.design.indicator)[:, -1] > 0
        found: Flags = in_season & (self.freedom(trended=True) > 0) & ~np.isnan(self.observed)
        return found

    def freedom(self, *, trended: bool | Flags) -> Floats:
        """Degrees of freedom: known weeks less levels that have any, less the slope."""
        levels = ((self.known @ self.design.indicator) > 0).sum(axis=1)
        rest: Floats = self.known.sum(axis=1) - levels - np.asarray(trended, dtype=np.float64)
        return rest

    def only(self, rows: NDArray[np.intp]) -> "_Task":
        return _Task(
            self.design,
            self.baseline[rows],
            self.known[rows],
            None if self.population is None else self.population[rows],
            self.observed[rows],
            self.people[rows],
            self.enough[rows],
        )


def _task(batch: Batch, calendar: Calendar, week: int, control: Control) -> _Task:
    weeks = reference(
        calendar,
        week,
        years=control.years,
        half_window=control.half_window,
        levels=control.levels,
        left_out=control.left_out,
    )
    weeks = _since_start(weeks)
    source = batch.counts if batch.baseline is None else batch.baseline
    baseline = source[:, weeks.weeks]
    known = ~np.isnan(baseline)
    people = np.ones(len(baseline)) if batch.population is None else batch.population[:, week]
    return _Task(
        design=Design((weeks.weeks - week) / WEEKS_A_YEAR, weeks.indicator),
        baseline=np.where(known, baseline, 0.0),
        known=known.astype(np.float64),
        population=None if batch.population is None else batch.population[:, weeks.weeks],
        observed=batch.counts[:, week],
        people=people,
        enough=lately(batch.counts, week),
    )


def _since_start(weeks: Reference) -> Reference:
    inside = weeks.weeks >= 0
    return Reference(weeks.weeks[inside], weeks.level[inside], weeks.levels)


@dataclass(frozen=True)
class _Model:
    """A fit after reweighting, with its dispersion and what its standard errors need."""

    fit: Fit
    weight: Floats
    phi: Floats
    spread: Spread
    trended: Flags


def _test(task: _Task, control: Control) -> Tested:
    """A batch in which every series can be tested."""
    model = _fitted(task, control)
    expected = _expected(task, model, control)
    phi = model.phi
    upper, p = _JUDGES[control.threshold](task, model, expected, control)
    quiet = task.baseline.sum(axis=1) == 0
    weeks = task.known.sum(axis=1)
    if control.as_in_r:
        upper, p = (np.where(quiet, np.nan, value) for value in (upper, p))
    elif quiet.any():
        expected = np.where(quiet, 0.5 / weeks, expected)
        none = np.zeros_like(weeks)
        upper = np.where(quiet, distributions.upper_new(none, weeks, control.alpha), upper)
        p = np.where(quiet, distributions.above_new(task.observed, none, weeks), p)
    alarm = (p <= control.alpha) & task.enough
    return Tested(expected, phi, upper, p, alarm, model.trended, quiet)


def _fitted(task: _Task, control: Control) -> _Model:
    """With a trend where it is sound, otherwise without."""
    if not control.trend or control.years < _YEARS_FOR_A_TREND:
        return _model(task, control, trend=False)
    model = _model(task, control, trend=True)
    without = np.flatnonzero(~_sound(task, model, control))
    if not len(without):
        return model
    other = _model(task.only(without), control, trend=False)
    fitted, spread_ = model.fit, model.spread
    for here, there in ((fitted, other.fit), (spread_, other.spread), (model, other)):
        for name, value in vars(here).items():
            if isinstance(value, np.ndarray):
                value[without] = getattr(there, name)
    return model


def _model(task: _Task, control: Control, *, trend: bool) -> _Model:
    """Fit, weigh down what stands out in the baseline, and fit again."""
    trended = np.full(len(task.baseline), trend)
    freedom = task.freedom(trended=trend)
    first = fit(task.design, task.baseline, task.known, task.population, trend=trend)
    phi = dispersion(task.baseline, first.mean, task.known, freedom)
    hat = spread(task.design, first.mean, task.known, trended).leverage(task.design, first.mean)
    weight = _weights(task, first.mean, phi, hat, control.weight_above)
    second = fit(task.design, task.baseline, weight, task.population, trend=trend)
    phi = dispersion(task.baseline, second.mean, weight, freedom)
    return _Model(second, weight, phi, spread(task.design, second.mean, weight, trended), trended)


def _weights(task: _Task, mean: Floats, phi: Floats, hat: Floats, limit: float) -> Floats:
    """Weights from Anscombe residuals: those above the limit count by their inverse square; the sum stays."""
    sixth = mean ** (1 / 6)
    spread_ = np.sqrt(phi[:, None] * np.maximum(1 - hat, TINY))
    residual = 1.5 * (np.cbrt(task.baseline) ** 2 / sixth - sixth**3) / spread_
    raw = task.known / np.square(np.where(residual > limit, residual, 1.0))
    weighed: Floats = raw * (task.known.sum(axis=1) / raw.sum(axis=1))[:, None]
    return weighed


def _sound(task: _Task, model: _Model, control: Control) -> Flags:
    """Whether a trend may stay: found, not leading beyond anything seen, and significant where that is asked."""
    highest = np.where(task.known > 0, task.baseline, -np.inf).max(axis=1)
    sound: Flags = model.fit.converged & (model.fit.level[:, -1] * task.people <= highest)
    if control.trend_below < 1:
        freedom = task.freedom(trended=True)
        error = np.sqrt(_error_scale(task, model, control) / model.spread.squares)
        sound &= 2 * stats.t.sf(np.abs(model.fit.slope) / error, freedom) < control.trend_below
    return sound


def _error_scale(task: _Task, model: _Model, control: Control) -> Floats:
    """The dispersion behind standard errors; R takes the working residuals with the prior weights."""
    if not control.as_in_r:
        return model.phi
    residual = (task.baseline - model.fit.mean) / model.fit.mean
    scale: Floats = (model.weight * residual**2).sum(axis=1) / task.freedom(trended=model.trended)
    return scale


def _expected(task: _Task, model: _Model, control: Control) -> Floats:
    """The mean of the tested week; a season in which nothing ever happened expects half an event in all its weeks."""
    level = np.maximum(model.fit.level[:, -1], TINY)
    if not control.as_in_r:
        season = task.design.indicator[:, -1]
        empty = (task.baseline @ season) == 0
        level = np.where(empty, 0.5 / np.maximum(task.known @ season, 1.0) / task.people, level)
    return level * task.people


def _by_plugin(task: _Task, model: _Model, mean: Floats, control: Control) -> tuple[Floats, Floats]:
    upper = distributions.upper(mean, model.phi, control.alpha)
    return upper, distributions.above(task.observed, mean, model.phi)


def _by_muan(task: _Task, model: _Model, mean: Floats, control: Control) -> tuple[Floats, Floats]:
    z = special.ndtri(1 - control.alpha)
    error = np.sqrt(_error_scale(task, model, control) * model.spread.of_last_level())
    with np.errstate(over="ignore"):  # nothing happened in the season: its mean could be anything
        highest = mean * np.exp(z * error)
    return _by_plugin(task, model, np.minimum(highest, _UNKNOWN), control)


def _by_delta(task: _Task, model: _Model, mean: Floats, control: Control) -> tuple[Floats, Floats]:
    """Normal on the scale of powers 2/3, where counts are nearly symmetric."""
    z = special.ndtri(1 - control.alpha)
    variance = _error_scale(task, model, control) * model.spread.of_last_level() * mean**2
    deviation = np.sqrt(4 / 9 * np.cbrt(mean) * (model.phi + variance / mean))
    middle = np.cbrt(mean) ** 2
    upper = np.maximum(0.0, middle + z * deviation) ** 1.5
    return upper, special.ndtr((middle - np.cbrt(task.observed) ** 2) / deviation)


_JUDGES: Final = {"nbPlugin": _by_plugin, "muan": _by_muan, "delta": _by_delta}
