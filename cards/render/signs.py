"""Signs for what other platforms show in colour; the words beside them say the same."""

from cards.card import Level, Tone

MARKS = {Tone.GOOD: "✅ ", Tone.WARN: "⚠️ ", Tone.BAD: "⛔ "}
LIGHTS = {Level.GOOD: "🟢", Level.LOW: "🟡", Level.OUT: "🔴"}
