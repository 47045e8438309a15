"""`softsearch predict`: lines in, translations out; or a prompt in, more text out."""

from __future__ import annotations

from softsearch.cli import continuation, translating
from softsearch.cli import prediction_options as options
from softsearch.cli.given import given, refuse
from softsearch.cli.prediction_options import Format


def predict(
    run: options.Run,
    files: options.Files = None,
    form: options.Form = Format.text,
    others: options.Others = None,
    nbest: options.Nbest = 1,
    score: options.Score = None,
    beam: options.Beam = None,
    length_penalty: options.LengthPenalty = None,
    coverage_penalty: options.CoveragePenalty = None,
    min_length: options.MinLength = None,
    max_length: options.MaxLength = None,
    max_ratio: options.MaxRatio = None,
    no_repeat_ngrams: options.NoRepeatNgrams = None,
    prefix: options.Prefix = None,
    prefixes: options.Prefixes = None,
    sample: options.Sample = False,
    temperature: options.Temperature = None,
    top_k: options.TopK = None,
    top_p: options.TopP = None,
    min_p: options.MinP = None,
    seed: options.Seed = None,
    replace_unknown: options.ReplaceUnknown = None,
    dictionary: options.Dictionary = None,
    prompt: options.Prompt = None,
    max_tokens: options.MaxTokens = None,
    stop: options.Stop = None,
    samples: options.Samples = None,
    alternatives: options.Alternatives = None,
    repetition_penalty: options.RepetitionPenalty = None,
    repetition_window: options.RepetitionWindow = None,
) -> None:
    """Translate files, standard input, or what you type; go on with a prompt; or score what is given."""
    search = given(
        beam=beam,
        length_penalty=length_penalty,
        coverage_penalty=coverage_penalty,
        min_length=min_length,
        max_length=max_length,
        max_ratio=max_ratio,
        replace_unknown=replace_unknown,
    )
    also = given(
        prefix=prefix,
        prefixes=prefixes,
        dictionary=dictionary,
        sample=sample or None,
        nbest=nbest if nbest > 1 else None,
    )
    drawing = given(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, seed=seed)
    repetition = given(repetition_penalty=repetition_penalty, repetition_window=repetition_window)
    writing = given(prompt=prompt, max_tokens=max_tokens, stop=stop, samples=samples, alternatives=alternatives)
    both = given(no_repeat_ngrams=no_repeat_ngrams)
    from softsearch import runs

    if runs.kind_of(run) == "language_model":
        refuse({**search, **given(**{"with": others}), **also}, "a language model has no use for this")
        asked = continuation.Asked(run, form, {**drawing, **repetition, **both}, writing)
        continuation.predict(asked, files, score)
    else:
        refuse({**writing, **repetition}, "this run is no language model")
        asked_for = translating.Asked(run, others, form, {**search, **both}, drawing, also)
        translating.predict(asked_for, files, score)
