package io.jpm.config;

import io.jpm.config.AppEntryFinder.Entry;
import io.jpm.config.command.StaticServer;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.ConfigNode.Member;
import io.jpm.config.values.ConfigNode.Obj;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Converts the `static` list of a process file, PM2's shorthand for serving directories. It is a
/// list of `{path, port, host, name, spa, ftp, basic_auth: {username, password}}`. Each entry
/// becomes an app whose script is `serve` ([StaticServer]).
final class StaticSectionReader {
  static final String KEY = "static";

  private static final String NAME = "name";
  private static final String PORT = "port";
  private static final String BASIC_AUTH = "basic_auth";

  /// The keys of an entry and the environment variables of the server that they set. `directory` is
  /// PM2's alias for `ftp`.
  private static final Map<String, String> VARIABLES = variables();

  /// The key `monitor`, which is ignored. In PM2, it has an effect only with the paid service.
  private static final String MONITOR = "monitor";

  private final AppEntryFinder file;

  StaticSectionReader(AppEntryFinder file) {
    this.file = file;
  }

  private static Map<String, String> variables() {
    Map<String, String> variables = new LinkedHashMap<>();
    variables.put("path", "PM2_SERVE_PATH");
    variables.put(PORT, "PM2_SERVE_PORT");
    variables.put("host", "PM2_SERVE_HOST");
    variables.put("spa", "PM2_SERVE_SPA");
    variables.put("ftp", "PM2_SERVE_FTP");
    variables.put("directory", "PM2_SERVE_FTP");
    return variables;
  }

  /// Returns the apps of the list.
  List<Entry> apps(ConfigNode value) {
    if (!(value instanceof ConfigNode.Arr list)) {
      file.refuse(
          value.line(),
          KEY,
          value.displayText()
              + " is not a list of directories to serve: use [{\"path\": \"dist\"}]");
      return List.of();
    }
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < list.items().size(); i++) {
      String path = KEY + "[" + i + "]";
      ConfigNode item = list.items().get(i);
      if (item instanceof Obj server) {
        entries.add(new Entry(path, app(server, path), false));
      } else {
        file.refuse(
            item.line(), path, item.displayText() + " is not a server: use {\"path\": \"dist\"}");
      }
    }
    return entries;
  }

  private Obj app(Obj server, String path) {
    List<Member> variables = new ArrayList<>();
    for (Member member : server.members()) {
      if (VARIABLES.containsKey(member.key())) {
        text(member, path)
            .ifPresent(
                value -> variables.add(variable(member, VARIABLES.get(member.key()), value)));
      } else if (member.key().equals(BASIC_AUTH)) {
        variables.addAll(basicAuth(member, path));
      } else if (!member.key().equals(NAME) && !member.key().equals(MONITOR)) {
        List<String> known = new ArrayList<>(VARIABLES.keySet());
        known.addAll(List.of(NAME, BASIC_AUTH));
        file.refuse(member.line(), path, AttributeReader.unknown(member.key(), known));
      }
    }
    int line = server.line();
    ConfigNode name =
        server
            .get(NAME)
            .orElseGet(() ->
                new ConfigNode.Text(
                    line,
                    "static-page-server-"
                        + server.get(PORT).flatMap(ConfigNode::scalarText).orElse("8080")));
    return new Obj(
        line,
        List.of(
            new Member(line, NAME, name),
            new Member(line, "script", new ConfigNode.Text(line, StaticServer.WORD)),
            new Member(line, "env", new Obj(line, variables))));
  }

  private List<Member> basicAuth(Member member, String path) {
    if (!(member.value() instanceof Obj auth)) {
      file.refuse(
          member.line(),
          path + "." + BASIC_AUTH,
          member.value().displayText()
              + " is not valid: use {\"username\": \"…\", \"password\": \"…\"}");
      return List.of();
    }
    List<Member> variables = new ArrayList<>();
    variables.add(variable(member, "PM2_SERVE_BASIC_AUTH", "true"));
    for (Member part : auth.members()) {
      if (part.key().equals("username") || part.key().equals("password")) {
        String name = "PM2_SERVE_BASIC_AUTH_" + part.key().toUpperCase(java.util.Locale.ROOT);
        text(part, path + "." + BASIC_AUTH)
            .ifPresent(value -> variables.add(variable(part, name, value)));
      } else {
        file.refuse(
            part.line(),
            path + "." + BASIC_AUTH,
            AttributeReader.unknown(part.key(), List.of("username", "password")));
      }
    }
    return variables;
  }

  private Optional<String> text(Member member, String path) {
    Optional<String> text = ConfigNode.scalarText(member.value());
    if (text.isEmpty()) {
      file.refuse(
          member.line(), path + "." + member.key(), member.value().displayText() + " is not text");
    }
    return text;
  }

  private static Member variable(Member from, String name, String value) {
    return new Member(from.line(), name, new ConfigNode.Text(from.line(), value));
  }
}
