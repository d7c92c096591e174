"""A trial whose visits count from each other and from more than one date, as text."""

from __future__ import annotations

FILES = {
    "study.yaml": """
study: ONCO-2
title: Two schedules of one drug
subject: {pattern: '0[12]-[0-9]{3}', example: 01-001}
sites: {'01': Ghent, '02': Namur}
day_zero: sv.visdat
visit: {date: sv.visdat}
anchors:
  RAND: rand.randdat
  LAST: [eot.lastdat, eot.plandat]
""",
    "visits.yaml": """
visits:
  C1D1: {title: Cycle 1 day 1, target: day 0}
  C1D8: {title: Cycle 1 day 8, target: C1D1 + 1 week, window: 24 hours}
  C2D1: {title: Cycle 2 day 1, target: C1D8 + 14 days, window: 3 days}
  W6: {title: Scan of week 6, target: RAND + 6 weeks, window: 1 week}
  EOT: {title: End of treatment, type: termination}
  FU: {title: Follow-up, target: LAST + 30 days, window: {before: 0 days, after: 1 week}}
schedule:
  columns: C1D1 C1D8 C2D1 W6 EOT FU
  sv:      X    X    X    X  X   X
  rand:    X    .    .    .  .   .
  eot:     .    .    .    .  X   .
""",
    "sv.yaml": """
form: sv
title: Visit
fields:
  visdat: {label: Date of the visit, type: date}
""",
    "rand.yaml": """
form: rand
title: Randomisation
fields:
  randdat: {label: Randomised on, type: date}
""",
    "eot.yaml": """
form: eot
title: End of treatment
fields:
  lastdat: {label: Last dose, type: date}
  plandat: {label: Last dose as planned, type: date}
""",
}
ARMS = {
    "visits.yaml": """
visits:
  C1D1: {title: Cycle 1 day 1, target: day 0}
  B8: {title: Day 8 of arm B, target: C1D1 + 1 week, when: rand.arm = 'B'}
  B15: {title: Day 15 of arm B, target: B8 + 1 week, window: 1 day, when: rand.arm = 'B'}
  W6: {title: Scan of week 6, target: RAND + 6 weeks, window: 1 week}
  EOT: {title: End of treatment, type: termination}
schedule:
  columns: C1D1 B8 B15 W6 EOT
  sv:      X    X  X   X  X
  rand:    X    .  .   .  .
  dose:    X    C  o   .  .
  eot:     .    .  .   .  X
conditions:
  dose: sv.visdat is known
""",
    "rand.yaml": """
form: rand
title: Randomisation
fields:
  randdat: {label: Randomised on, type: date}
  arm: {label: Arm, type: choice, codes: {A: Every three weeks, B: Every week}}
""",
    "dose.yaml": """
form: dose
title: Dose
fields:
  mg: {label: Dose in mg, type: integer}
""",
}
"""The same trial with a schedule for each of two arms."""
CYCLES = {
    "visits.yaml": """
visits:
  C1D1: {title: Cycle 1 day 1, target: day 0}
  CYC: {title: Later cycle, repeats: {every: 3 weeks, from: C1D1, most: 3}, window: 2 days}
  EOT: {title: End of treatment, type: termination}
schedule:
  columns: C1D1 CYC EOT
  sv:      X    X   X
  rand:    X    .   .
  eot:     .    .   X
""",
}
"""The same trial with numbered cycles."""

BY_ARM = {
    "study.yaml": FILES["study.yaml"]
    + "arms: {by: rand.arm, names: {A: Every three weeks, B: Every week}}\n",
    "visits.yaml": ARMS["visits.yaml"]
    .replace("when: rand.arm = 'B'", "arms: [B]")
    .replace("dose:    X    C  o   .  .", "dose:    X    C  o   X(A) .")
    .replace("conditions:", "  neuro:   .    .  .   X  .\nconditions:"),
    "dose.yaml": """
form: dose
title: Dose
fields:
  mg: {label: Dose in mg, type: integer}
  weekly: {label: Given as a weekly dose?, type: yes_no, required: true, arms: [B]}
""",
    "neuro.yaml": """
form: neuro
title: Neuropathy
arms: [A]
fields:
  grade: {label: Grade, type: integer}
""",
}
"""The same two schedules, said by the arms of the study."""

ENDING = {
    "visits.yaml": """
visits:
  C1D1: {title: Cycle 1 day 1, target: day 0}
  CYC: {title: Later cycle, repeats: {every: 3 weeks, from: C1D1}, window: 2 days, until: EOT}
  W9: {title: Scan of week 9, target: RAND + 9 weeks, until: LAST}
  EOT: {title: End of treatment}
  FU: {title: Follow-up, target: EOT + 1 week}
schedule:
  columns: C1D1 CYC W9 EOT FU
  sv:      X    X   X  X   X
  rand:    X    .   .  .   .
  eot:     .    .   .  X   .
""",
}
"""The same trial with cycles that go on until treatment ends."""
