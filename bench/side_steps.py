"""The commands of bench/side-by-side, the programs that it starts, and the intended differences."""
import json
import re
from dataclasses import dataclass, field
from typing import Callable, Optional

# ---- programs ------------------------------------------------------------------------------------

SAY_JS = """console.log(JSON.stringify({args: process.argv.slice(2), file: require.main === module,
  env: Object.fromEntries(Object.entries(process.env).filter(([key]) => /^(FIXTURE_.*|NODE_ENV|NODE_APP_INSTANCE)$/.test(key)).sort())}));
"""
PROGRAMS = {
    "app.js": SAY_JS + "setInterval(() => {}, 1000);\n",
    "server.js": SAY_JS + "require('http').createServer((q, r) => r.end('hello')).listen(process.env.SIDE_PORT);\n",
    "ready.js": "setTimeout(() => process.send('ready'), 300); setInterval(() => {}, 1000);\n",
    "worker.py": "import sys, time\nprint(sys.argv[1:])\nwhile True: time.sleep(1)\n",
    "task.sh": "echo \"$# $*\"\nexec sleep 100000\n",
    "crash.sh": "exit 3\n",
    "done.sh": "exit 0\n",
    "plain": "#!/bin/bash\nexec sleep 100000\n",
    "sub/inner.sh": "pwd\nexec sleep 100000\n",
    "package.json": json.dumps({"name": "shop", "version": "3.2.1", "scripts": {"web": "node app.js one two"}}),
    "eco.config.js": """module.exports = {apps: [
  {name: 'web', script: './app.js', args: '--port 1 "two words"', instances: 1,
   env: {FIXTURE_A: 'a', NODE_ENV: 'development'}, env_production: {FIXTURE_A: 'prod', NODE_ENV: 'production'},
   max_memory_restart: '200M', kill_timeout: 3000},
  {name: 'job', script: 'worker.py', args: ['x', 'y z'], autorestart: false, namespace: 'back', cwd: '.'},
]};
""",
    "eco.json": json.dumps({"apps": [
        {"name": "one", "script": "task.sh", "args": ["1"], "env": {"FIXTURE_N": "1", "PORT": 4000},
         "env_staging": {"FIXTURE_N": "staging"}, "out_file": "one.out", "error_file": "./logs/one.err",
         "pid_file": "one.pid", "merge_logs": True, "max_restarts": 3, "restart_delay": 100},
        {"name": "two", "script": "sub/inner.sh", "cwd": "sub", "exec_interpreter": "bash", "log_file": "two.log",
         "instances": 2, "autorestart": True},
    ]}).replace("sub/inner.sh", "inner.sh"),
    "eco.json5": "{ // with a comment\n apps: [{name: 'five', script: 'task.sh', args: 'a b', watch: false,},],\n}\n",
    "eco.yaml": "apps:\n  - name: yam\n    script: task.sh\n    args: [p, q]\n    env:\n      FIXTURE_Y: 'yes'\n"
                "  - script: worker.py\n    namespace: back\n    cron_restart: '0 3 * * *'\n",
    "list.json": json.dumps([{"script": "task.sh"}, {"script": "worker.py", "name": "py"}]),
    "broken.json": "{\"apps\": [",
    "noscript.json": json.dumps({"apps": [{"name": "empty"}]}),
}


def write_programs(work):
    for name, text in PROGRAMS.items():
        path = work / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)


# ---- steps ---------------------------------------------------------------------------------------


@dataclass
class Step:
    """A command line, or a state to wait for (`what`, `until`), after an optional change in the work directory."""

    words: str = ""
    what: str = ""
    env: dict = field(default_factory=dict)
    tell: Optional[Callable] = None  # the part of the output that must be the same
    until: Optional[Callable] = None
    change: Optional[Callable] = None


def do(words, tell=None, until=None, change=None, **env):
    return Step(words, env=env, tell=tell, until=until, change=change)


def wait(what, until, change=None):
    return Step(what=what, until=until, change=change)


def numbers(out):
    """Replaces pids, which differ; their number and the zeros must be equal."""
    return re.sub(r"[1-9]\d*", "N", out.strip())


def fixture_lines(out):
    return sorted(set(re.findall(r"FIXTURE_\w+: \S+", out)))


def all_are(status):
    return lambda apps: apps and all(app["status"] == status for app in apps.values())


def touch_app(work):
    (work / "sub" / "inner.sh").write_text(PROGRAMS["sub/inner.sh"] + "# changed\n")


SCENARIOS = [
    ("scripts", [
        do("start app.js"),
        do("start worker.py"),
        do("start task.sh --name shell -- one two"),
        do("start sleep --name bin -- 100000"),
        do("start app.js --name web -f -- --port 3000 'two words'"),
        do("start app.js"),
        do("start nowhere.js"),
        do("start npm --name site -- run web"),
        do("start 'sleep 100000; true'"),
        do("start 'bash task.sh x' --name line"),
        do("pid web", tell=numbers),
        do("pid", tell=lambda out: len(out.split())),
        do("id web", tell=str.strip),
        do("describe web"),
        do("show 0"),
        do("desc nope"),
        do("env 4", tell=fixture_lines),
        do("env 99"),
        do("stop web task.sh"),
        do("start web"),
        do("delete bin line"),
        do("delete app.js"),
        do("start plain"),
    ]),
    ("options", [
        do("start task.sh --name a --namespace back --max-restarts 5 --no-autorestart"),
        do("start inner.sh --name c --cwd sub"),
        do("start task.sh --name d -f --cron '0 3 * * *' --kill-timeout 500"),
        do("start task.sh --name e -f --max-memory-restart 100M --restart-delay 200"),
        do("start worker.py --name f --interpreter python3 --interpreter-args '-u -B'"),
        do("start plain --name g --interpreter bash"),
        do("start task.sh --name h -f --output h.out --error h.err --merge-logs"),
        do("start task.sh --name i -f -l i.log --pid i.pid"),
        do("start task.sh --name my-app-1 -f"),
        do("start ready.js --name k --wait-ready"),
        do("start app.js --name l --node-args='--max-old-space-size=100' -- x"),
        do("start task.sh --name m -f --no-autostart"),
        do("start task.sh --name n --bogus"),
        do("start task.sh --name o -f --interpreter nowhere"),
        do("start task.sh --name p -f --max-memory-restart lots"),
        do("start task.sh --name 'odd name' -f -o NULL -e /dev/null"),
        do("restart a --update-env", FIXTURE_SHELL="1"),
        do("restart a", FIXTURE_SHELL="2"),
        do("restart nope"),
        do("start task.sh --name odd/name -f"),
        do("start task.sh --name b --cwd sub -f"),
    ]),
    ("cluster", [
        do("start server.js -i 2 --name web"),
        do("reload web"),
        do("stop 1"),
        do("restart web"),
        do("id web", tell=str.strip),
        do("scale web 2"),
        do("scale nope 2"),
        do("scale web 3"),
        do("scale web +1"),
        do("scale web 1"),
        do("delete web"),
        do("start task.sh -i 2 --name sh"),
        do("start app.js -i 2 -x --name forks"),
        do("reload all"),
        do("delete forks sh"),
        do("start app.js --name next"),
    ]),
    ("files", [
        do("start eco.config.js"),
        do("delete all"),
        do("start eco.config.js --env production"),
        do("restart eco.config.js"),
        do("restart eco.config.js --env production"),
        do("stop eco.config.js"),
        do("startOrRestart eco.config.js --env production"),
        do("startOrReload eco.config.js"),
        do("start eco.config.js --only web"),
        do("delete eco.config.js"),
        do("start eco.json --only one --env staging"),
        do("startOrRestart eco.json"),
        do("startOrGracefulReload eco.json --only two"),
        do("reload eco.json"),
        do("start eco.json5"),
        do("start eco.yaml"),
        do("delete all"),
        do("start list.json"),
        do("start broken.json"),
        do("start noscript.json"),
        do("start missing.json"),
        do("start eco.json --only nobody"),
        do("delete list.json"),
        do("startOrReload eco.json5"),
    ]),
    ("selectors", [
        do("start task.sh --name api-1"),
        do("start task.sh --name api-2 -f"),
        do("start task.sh --name cron -f --namespace back"),
        do("start task.sh --name mail -f --namespace back"),
        do("stop /^api/"),
        do("restart /api-[12]/"),
        do("stop back"),
        do("restart back"),
        do("stop 0 1 mail"),
        do("restart api-1 2"),
        do("reload back"),
        do("stop all"),
        do("stop all"),
        do("restart all"),
        do("start mail"),
        do("stop nope"),
        do("stop 77"),
        do("delete /nothing/"),
        do("reset api-1"),
        do("reset all"),
        do("reset nope"),
        do("delete 0"),
        do("delete back"),
        do("del all"),
        do("stop all"),
        do("delete all"),
        do("restart all"),
    ]),
    ("life", [
        do("start crash.sh --name bad --max-restarts 3", until=all_are("errored")),
        do("restart bad", until=all_are("errored")),
        do("reset bad"),
        do("stop bad"),
        do("delete bad"),
        do("start done.sh --name once --no-autorestart", until=all_are("stopped")),
        do("delete once"),
        do("start crash.sh --name coded --stop-exit-codes 3", until=all_are("stopped")),
        do("delete coded"),
        do("start inner.sh --name eye --cwd sub --watch"),
        wait("a watched file changes", lambda apps: apps["eye"]["restart_time"] == 1, change=touch_app),
        do("stop eye"),
        do("delete eye"),
        do("start task.sh --name sig"),
        do("sendSignal SIGTERM sig", until=lambda apps: apps["sig"]["restart_time"] == 1),
        do("sendSignal SIGCONT 0"),
        do("sendSignal BOGUS sig"),
        do("sendSignal SIGTERM nope"),
        do("flush"),
        do("flush sig"),
        do("reloadLogs"),
        do("logs sig --nostream --lines 5"),
    ]),
    ("saved", [
        do("start app.js --name web -- --a", FIXTURE_SHELL="kept"),
        do("start task.sh --name shell --namespace back"),
        do("stop shell"),
        do("save"),
        do("delete all"),
        do("resurrect"),
        do("save"),
        do("cleardump"),
        do("delete all"),
        do("resurrect"),
        do("save"),
        do("save --force"),
    ]),
    ("store", [
        do("start task.sh --name web"),
        do("set web:FIXTURE_K v"),
        do("get web:FIXTURE_K", tell=lambda out: "FIXTURE_K" in out and " v" in out),
        do("set FIXTURE_LONE 1"),
        do("get FIXTURE_NONE"),
        do("multiset 'web:FIXTURE_K w'"),
        do("unset web:FIXTURE_K"),
        do("restart web"),
    ]),
    ("words", [
        do("ping"),
        do("ls"),
        do("list -m"),
        do("ps"),
        do("status"),
        do("prettylist"),
        do("id nobody", tell=str.strip),
        do("nonsense"),
        do("ls --bogus"),
        do(""),
        do("save extra"),
    ]),
]

# ---- differences ---------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Difference:
    """An intended difference: the steps and paths (regular expressions for the whole text), both values, and the reason.

    A difference that does not occur `always` depends on timing.
    """

    step: str
    what: str
    pm2: object
    jpm: object
    why: str
    always: bool = True

    def covers(self, label, path, pm2, jpm):
        return (re.fullmatch(self.step, label) and re.fullmatch(self.what, path)
                and self.pm2 in (ANY, pm2) and self.jpm in (ANY, jpm))

    def __str__(self):
        return f"{self.step} · {self.what}: PM2 {self.pm2!r}, jpm {self.jpm!r}: {self.why}"


ANY = "…"
DIFFERENCES = [
    Difference("options: .*", r"m\.version", None, "N/A", "PM2 has none before the first start"),
    # scripts
    Difference("scripts: .*", r"site\.exec_interpreter", "node", "none", "npm is run by its own first line"),
    Difference("scripts: .*", r"line\.args", ["-c", "bash task.sh x"], ["task.sh", "x"],
               "a command line that needs no shell is run without one"),
    Difference("scripts: .*", r"sleep 100000; true", "there", None, "a name has no semicolon"),
    Difference("scripts: .*", r"sleep 100000 true", None, "there", "a name has no semicolon"),
    Difference("scripts: start plain", r"plain\..*", ANY, ANY,
               "a text file without ending is run by what its first line says, not by node"),
    # options
    Difference(".*", r"(my-app|api)-\d\.pm_pid_path", ANY, ANY,
               "PM2 takes the end of the name for a number of its own"),
    Difference("options: start task.sh --name odd/name -f", "exit code", 0, 1, "a name has no slash"),
    Difference("options: .*", r"odd/name", "there", None, "a name has no slash"),
    Difference("options: start task.sh --name b --cwd sub -f", "exit code", 1, 0,
               "a script that is not in --cwd is found in the caller's directory"),
    Difference("options: start task.sh --name b --cwd sub -f", "b", None, "there",
               "a script that is not in --cwd is found in the caller's directory"),
    # cluster
    Difference("cluster: scale .*", r"web(#\d)?\.said", ANY, ANY,
               "what `scale` adds writes into files of its own, not into those of instance 0"),
    Difference("cluster: .*", r"web(#\d)?\.instances", 2, ANY, "PM2's count is that of the first start"),
    Difference("cluster: .*", r"web#\d\.pm_(out|err)_log_path", ANY, ANY,
               "what `scale` adds writes into files of its own, not into those of instance 0"),
    Difference("cluster: scale web 1", r"web\..*", ANY, ANY, "`scale` takes the last instances away, PM2 the first"),
    # files
    Difference("files: .*", r"job\.\$PWD", ".", "WORK", "PWD is the directory, not what the file calls it"),
    Difference("files: .*", r"web\.pm_(out|err)_log_path", ANY, ANY,
               "the files of an app have numbers when it has several instances, in cluster mode too"),
    Difference("files: .*", r"two(#2)?\.pm_log_path", ANY, ANY, "paths in a process file begin where the file is"),
    Difference("files: start eco.json --only nobody", "exit code", 0, 1, "a misspelt name is a mistake"),
    # life
    Difference("life: (start crash.sh --name bad --max-restarts 3|restart bad)", "exit code", 0, 1,
               "who starts what has ended for good before the answer is told so", always=False),
    Difference("life: stop eye", r"eye\.watch", None, True, "a stop does not forget that the app is watched"),
    # store
    Difference("store: restart web", r"web\.\$FIXTURE_K", "w", None, "what is unset is gone at the next start"),
]
