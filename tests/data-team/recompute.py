"""Prints the year table, the ledger and roll-ups of a region as JSON, computed from the household topic alone."""

import argparse
import json
import sys

from household_topic import by_household, figures, history, ledger, read_topic, year_table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--brokers", default="localhost:9092", help="Kafka brokers (default: %(default)s)")
    parser.add_argument("--region", required=True, help="region code of 2, 4, 6, 9 or 12 digits")
    parser.add_argument("--years", default="2014-2020", help="first and last year (default: %(default)s)")
    parser.add_argument(
        "--as-of", nargs="*", default=[], metavar="YYYY-MM-DD", help="days whose roll-up of the region is wanted"
    )
    parser.add_argument("--level", type=int, help="roll-ups of all regions of this many digits instead of the region's")
    arguments = parser.parse_args()

    first, last = (int(year) for year in arguments.years.split("-"))
    histories = [history(events) for events in by_household(read_topic(arguments.brokers)).values()]
    regions = {arguments.region}
    if arguments.level:
        villages = {state.village for one in histories for _, state in one.segments if state.village}
        regions = {v[: arguments.level] for v in villages if v.startswith(arguments.region)}
    json.dump(
        {
            "years": year_table(histories, arguments.region, range(first, last + 1)),
            "ledger": ledger(histories, arguments.region),
            "rollUps": {
                day: {region: figures(histories, region, "0000-00-00", day) for region in sorted(regions)}
                for day in arguments.as_of
            },
        },
        sys.stdout,
        ensure_ascii=False,
    )


if __name__ == "__main__":
    main()
