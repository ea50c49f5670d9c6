#!/usr/bin/python3
"""A peer to measure beside: the least that AsyncSSH needs to run one command on many hosts at once.

    asyncssh_peer.py KEY PORT IN_FLIGHT COMMAND < HOSTS

The server's key is not checked. Exit status 1 unless every command gave output.
"""

import asyncio
import sys
import warnings

warnings.filterwarnings("ignore")
import asyncssh  # noqa: E402


async def ask(host, key, port, command, slots):
    async with slots:
        try:
            async with asyncssh.connect(host, port=port, known_hosts=None, username="root", client_keys=[key], config=None,
                                        agent_path=None) as connection:
                return bool((await connection.run(command)).stdout)
        except (OSError, asyncssh.Error) as error:
            print(host, error, file=sys.stderr)
            return False


async def main(key, port, in_flight, command):
    slots = asyncio.Semaphore(int(in_flight))
    key = asyncssh.read_private_key(key)
    hosts = [line.strip() for line in sys.stdin]
    answered = await asyncio.gather(*[ask(host, key, int(port), command, slots) for host in hosts])
    return 0 if all(answered) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main(*sys.argv[1:])))
