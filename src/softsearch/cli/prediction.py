"""`softsearch predict`: lines in, translations out; or a prompt in, more text out."""

from __future__ import annotations

from softsearch.cli import (
    captioning,
    classifying_images,
    classifying_sentences,
    continuation,
    executing,
    prediction_options,
    transducing,
    translating,
)
from softsearch.cli.given import given, refuse
from softsearch.cli.prediction_options import Format

_BY = {
    "translation": translating,
    "language_model": continuation,
    "image_classification": classifying_images,
    "sentence_classification": classifying_sentences,
    "image_captioning": captioning,
    "transduction": transducing,
    "execution": executing,
}


def predict(
    run: prediction_options.Run,
    files: prediction_options.Files = None,
    form: prediction_options.Form = Format.text,
    others: prediction_options.Others = None,
    nbest: prediction_options.Nbest = 1,
    score: prediction_options.Score = None,
    beam: prediction_options.Beam = None,
    length_penalty: prediction_options.LengthPenalty = None,
    coverage_penalty: prediction_options.CoveragePenalty = None,
    min_length: prediction_options.MinLength = None,
    max_length: prediction_options.MaxLength = None,
    max_ratio: prediction_options.MaxRatio = None,
    no_repeat_ngrams: prediction_options.NoRepeatNgrams = None,
    prefix: prediction_options.Prefix = None,
    prefixes: prediction_options.Prefixes = None,
    sample: prediction_options.Sample = False,
    temperature: prediction_options.Temperature = None,
    top_k: prediction_options.TopK = None,
    top_p: prediction_options.TopP = None,
    min_p: prediction_options.MinP = None,
    seed: prediction_options.Seed = None,
    replace_unknown: prediction_options.ReplaceUnknown = None,
    dictionary: prediction_options.Dictionary = None,
    prompt: prediction_options.Prompt = None,
    max_tokens: prediction_options.MaxTokens = None,
    stop: prediction_options.Stop = None,
    samples: prediction_options.Samples = None,
    alternatives: prediction_options.Alternatives = None,
    repetition_penalty: prediction_options.RepetitionPenalty = None,
    repetition_window: prediction_options.RepetitionWindow = None,
    flips: prediction_options.Flips = False,
    overlay: prediction_options.Overlay = None,
) -> None:
    """Translate, go on with a prompt, tell images or sentences apart, describe images, run programs, or score texts."""
    from softsearch import runs

    options = {
        **given(beam=beam, length_penalty=length_penalty, coverage_penalty=coverage_penalty),
        **given(min_length=min_length, max_length=max_length, max_ratio=max_ratio, no_repeat_ngrams=no_repeat_ngrams),
        **given(replace_unknown=replace_unknown, **{"with": others}),
        **given(prefix=prefix, prefixes=prefixes, dictionary=dictionary),
        **given(sample=sample or None, nbest=nbest if nbest > 1 else None),
        **given(temperature=temperature, top_k=top_k, top_p=top_p, min_p=min_p, seed=seed),
        **given(prompt=prompt, max_tokens=max_tokens, stop=stop, samples=samples, alternatives=alternatives),
        **given(repetition_penalty=repetition_penalty, repetition_window=repetition_window),
        **given(flips=flips or None, overlay=overlay),
    }
    by = _BY[runs.kind_of(run)]
    useless = {name: value for name, value in options.items() if name not in by.TAKES}
    if useless:
        refuse(useless, f"{runs.called(run)} has no use for this")
    by.predict(run, options, files, form=form, score=score)
