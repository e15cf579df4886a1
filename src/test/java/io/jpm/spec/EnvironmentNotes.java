package io.jpm.spec;

import io.jpm.spec.KeyNotes.Note;
import java.util.Map;

/// The part of [KeyNotes] about the variables of an app.
final class EnvironmentNotes {
  static final Map<AppKey, Note> ALL =
      Map.of(
          AppKey.ENV,
          new Note(
              """
              The app's own variables. They override those of the shell from which the app is
              started. `null` removes an inherited variable. Numbers and booleans become text;
              lists and objects become JSON. `${NAME}` in a value is replaced by the value of
              another variable, see [above](#variable-references).\
              """,
              "never removes a variable: one that was deleted from the file stays."),
          AppKey.ENV_NAME,
          new Note(
              """
              Variables that override `env` if they are selected: `jpm start FILE --env production`
              and `jpm restart FILE --env production` select `env_production`. An app without this
              key gets its `env`, with a warning that names the app. If `deploy` has an environment
              of that name, its `env` overrides `env`, and `env_<name>` overrides both, as in PM2.\
              """,
              ""),
          AppKey.ENV_FILE,
          new Note(
              """
              Files of `NAME=value` lines in the format of dotenv: `# comment`,
              `export NAME=value`, `'as it is'`, `"with \\n, \\", \\\\, \\$ and ${OTHER}"`. Quoted
              values may contain line ends, and `${OTHER}` works without quotes too. Each file may
              have up to 1 MiB and 10,000 variables. A path is relative to `cwd`; a path that ends
              in `?` may be missing. Later files override earlier ones, and `env` overrides all of
              them.

              - The daemon reads the files at each start of a process, with the rights of `uid`. It
                does not store the values; `jpm env` shows the names of the files.
              - The process receives the variables, and its probes and its `stop` command receive
                the same values. Hooks receive the values that the files have at that moment. If a
                text of a probe contains a value, the report of a failure may contain it too.
              - A `PORT` in a file is the port of an app in cluster mode, as it is in `env`. It is
                unknown until a process is started, because the file is read only then; `plan` does
                not know it.
              - An edit takes effect at the next restart or reload; `"watch": [".env"]` restarts
                the app on each edit.
              - Mistakes in a file are reported when the process file is read. A later mistake
                makes a start fail; the start is retried.

              Not in PM2.\
              """,
              ""),
          AppKey.SECRETS,
          new Note(
              """
              Variables whose values come from outside the process file: `{"DB_PASSWORD":
              "file:/run/secrets/db", "API_KEY": "credential:api", "TOKEN": {"command": ["pass",
              "show", "token"]}}`.

              - The path of a file is relative to the directory of the process file.
              - A credential is a file in the daemon's `$CREDENTIALS_DIRECTORY` (`LoadCredential=`
                of systemd).
              - The daemon runs a command in the app's directory, without a shell. Its standard
                output is the value; its standard error is discarded. It may take 10 s.

              The values are read at each start of a process, with the rights of the daemon or of
              `uid`; a command has the clean environment of that user. A value may have 64 KiB, and
              one line end is removed. Only the app's process receives the values: they are not in
              lists, logs, events, the saved list, `stop` commands, hooks and probes. `jpm env`
              shows the reference. If a value cannot be read, the start fails and is retried. Not
              in PM2.\
              """,
              ""),
          AppKey.FILTER_ENV,
          new Note(
              """
              Inherited variables that the app does not receive. A list removes every variable
              whose name contains one of its items, text removes the variable of that name, and
              `true` removes all. On the command line, `--filter-env A --filter-env B` is a list.\
              """,
              "ignores `true`."),
          AppKey.APPEND_ENV_TO_NAME,
          new Note(
              """
              With `--env production` the app is named `web-production`. `depends_on` still uses
              the names as they are written in the file.\
              """,
              ""));

  private EnvironmentNotes() {}
}
