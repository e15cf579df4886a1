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
              The app's own variables, laid over those of the shell that it is started from. \
              `null` takes an inherited one away. Numbers and booleans become text, lists and \
              objects JSON. `${NAME}` in a value is another variable of the app, see below.\
              """,
              "never removes anything: a variable that has left the file stays."),
          AppKey.ENV_NAME,
          new Note(
              """
              Variables laid over `env`: `jpm start FILE --env production`, or `jpm restart FILE \
              --env production`, takes `env_production`. Apps without one are named in a warning \
              and get their `env`. What `deploy` has for that name as `env` comes between the two, as in PM2.\
              """,
              ""),
          AppKey.ENV_FILE,
          new Note(
              """
              Files of `NAME=value` lines, as dotenv reads them: `# comment`, `export NAME=value`, \
              `'as it is'`, `"with \\n, \\", \\\\, \\$ and ${OTHER}"`; quotes may hold line ends, and \
              `${OTHER}` works without quotes too. Up to 1 MiB and 10,000 variables each. A path begins in `cwd`; one that \
              ends in `?` may be absent. A later file wins, and `env` wins over all of them. They are \
              read at each start of a process, by the daemon (with the rights of `uid`), and their values are kept nowhere: \
              `jpm env` names the files. The app has the variables, and so have its checks and its \
              `stop` command, with the values that its process was given, and its hooks, with those of \
              the moment. A value that a check names in a text may be told where that fails. A `PORT` in \
              a file is the port of an app in cluster mode as one in `env` is, but the file is read only \
              when a process is made: until then, and in `plan`, it is not known. An edit of a file counts with \
              the next restart or reload, and `"watch": [".env"]` makes one of it. A mistake in a file is told \
              when the process file is read; one that comes later makes a start fail, which is tried \
              again. Not in PM2.\
              """,
              ""),
          AppKey.SECRETS,
          new Note(
              """
              Variables whose values are kept elsewhere: `{"DB_PASSWORD": "file:/run/secrets/db", \
              "API_KEY": "credential:api", "TOKEN": {"command": ["pass", "show", "token"]}}`. A file's \
              path begins where the process file is. A credential is a file in the daemon's \
              `$CREDENTIALS_DIRECTORY` (`LoadCredential=` of systemd). A command is run by the daemon in \
              the app's directory, without a shell; what it prints is the value, its errors are \
              dropped, and it has 10 s. The values are read at each start of a process, with the \
              daemon's rights or those of `uid` (a command with the clean environment of that user), \
              may have 64 KiB, and lose one line end. Nothing but the app's process \
              gets them: no list, log, event, saved list, `stop` command, hook or probe. `jpm env` shows the \
              reference. When a value cannot be had, the start fails and is tried again. Not in \
              PM2.\
              """,
              ""),
          AppKey.FILTER_ENV,
          new Note(
              """
              Inherited variables that the app does not get: a list drops every name that contains \
              one of the parts, a text that one name, `true` all. `--filter-env A --filter-env B` \
              is the list.\
              """,
              "`true` does nothing."),
          AppKey.APPEND_ENV_TO_NAME,
          new Note(
              """
              With `--env production`, the app is called `web-production`. `depends_on` goes on to \
              name apps as they are written.\
              """,
              ""));

  private EnvironmentNotes() {}
}
