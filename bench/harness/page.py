"""The report as Markdown: the whole table of aims, and a short one for the README."""

from . import aims

TITLES = {"lazulite": "lazulite", "azurite": "Azurite", "nginx": "nginx"}
BEGIN, END = "<!-- bench/run writes what follows -->", "<!-- end of what bench/run writes -->"


def number(value):
    """Three digits are enough."""
    if value is None:
        return "-"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def ratio(value):
    return "-" if value is None else number(value) + "x"


def table(titles, rows):
    return "\n".join("| " + " | ".join(row) + " |" for row in (titles, ["---"] * len(titles), *rows))


def value(results, line, server):
    found = results.median(line.scenario, server, line.key)
    return None if found is None else found * line.factor


def verdict(results, line):
    judged = [aims.judge(results, line, aim) for aim in line.aims]
    if not judged:
        return ""
    if False in judged:
        return "**no**"
    return "-" if None in judged else "yes"


def aim_against(line, server):
    return next((str(aim) for aim in line.aims if isinstance(aim, aims.Times) and aim.server == server), "")


def other_aims(results, line):
    """A part of what the machine does is not to be seen in another column."""
    texts = []
    for aim in line.aims:
        if isinstance(aim, aims.OfMachine):
            texts.append(f"{aim}: {ratio(aims.part_of_machine(results, line, aim.mark))}")
        elif not isinstance(aim, aims.Times):
            texts.append(str(aim))
    return ", ".join(texts)


def measured(results, lines):
    return [line for line in lines if any(value(results, line, server) is not None for server in TITLES)]


def row(results, line):
    against = [text for server in ("azurite", "nginx")
               for text in (ratio(aims.times(results, line, server)), aim_against(line, server))]
    return [line.title, line.unit, *(number(value(results, line, server)) for server in TITLES), *against, other_aims(results, line),
            verdict(results, line)]


def about(results):
    known, options = results.about["machine"], results.about["options"]
    versions = ", ".join(f"{TITLES[name]} {version}" if version else TITLES[name]
                         for name, version in results.about["servers"].items())
    quick = " **A quick run, with less data than the titles say.**" if options.get("quick") == "True" else ""
    return (f"{results.about['date']}, commit {results.about['commit']}, {known['processors']} processors ({known['model']}), "
            f"{known['memory_gib']} GiB, Linux {known['kernel']}. {versions}. Medians of {options['rounds']} rounds of "
            f"{float(options['seconds']):g} s, in one run of `bench/run`.{quick}")


def marks(results):
    flushes = "4 KiB appended and flushed by fdatasync, one after the other: {} a second."
    found = [(aims.machine.MD5, "mib_per_second", "MD5 of the same library: {} MiB/s."),
             (aims.machine.FLUSH, "requests_per_second", flushes)]
    return [text.format(number(results.median(mark, "machine", key))) for mark, key, text in found if mark in results.measured]


def errors(results):
    found = [f"- {text}" for text in results.complaints()]
    return ["No errors; what was read was compared."] if not found else ["Errors:", "", *found]


def full(results, chart_name):
    titles = ["scenario", "", *TITLES.values(), "x Azurite", "aim", "x nginx", "aim", "other aim", "met"]
    rows = [row(results, line) for line in measured(results, aims.LINES)]
    judged = [verdict(results, line) for line in measured(results, aims.LINES) if line.aims]
    lines = ["# lazulite next to Azurite and nginx", "", "Written by `bench/run --report`; [bench/README.md](../bench/README.md) "
             "says what each scenario does. Do not edit.", "", about(results), "",
             f"{judged.count('yes')} of {len(judged)} lines with aims meet them. \"Level\" is {aims.LEVEL:g} of the other or more. "
             "Ratios say how many times as good lazulite is: as fast, or at such a part of the cost. nginx checks no signature, "
             "hashes nothing and keeps no index.", "",
             f"![lazulite next to Azurite and nginx]({chart_name})", "", table(titles, rows), "",
             " ".join(marks(results)), "", *errors(results)]
    return "\n".join(lines).rstrip() + "\n"


def short(results):
    """What stands in the README."""
    rows = [[line.title, line.unit, *(number(value(results, line, server)) for server in TITLES),
             ratio(aims.times(results, line, "azurite"))] for line in measured(results, aims.LINES) if line.brief]
    lines = [table(["", "", *TITLES.values(), "lazulite against Azurite"], rows), "", about(results) + " [The whole table]"
             "(docs/benchmark.md) has the aims too.", "", "![lazulite next to Azurite and nginx](docs/benchmark.svg)"]
    return "\n".join(lines) + "\n"


def put_into(text, results):
    """The text with what stands between the marks replaced."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise RuntimeError(f"there is no place for the table: it needs the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{short(results)}\n{END}{after}"
