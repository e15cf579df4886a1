package io.jpm.config.app;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.ConfigNode;
import io.jpm.config.values.ShellWords;
import io.jpm.model.ProbeHandler;
import io.jpm.spec.AppKey;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;

/// Reads the handler of one probe: `http`, `tcp`, `exec`, `log` or `notify`.
final class ProbeHandlerReader {
  static final List<String> KINDS = List.of("http", "tcp", "exec", "log", "notify");

  private static final List<String> HTTP_PARTS =
      List.of("url", "headers", "status", "body", "verify");
  private static final java.util.regex.Pattern VARIABLE =
      java.util.regex.Pattern.compile("\\$\\{[^}]*\\}");
  private static final java.util.regex.Pattern STATUS =
      java.util.regex.Pattern.compile("([1-5][0-9]{2})(?:-([1-5][0-9]{2}))?");
  private static final java.util.regex.Pattern PLACE =
      java.util.regex.Pattern.compile("(?:(\\[[0-9A-Fa-f:.]+\\]|[^:\\[\\]\\s]+):)?([0-9]+|1)");
  private static final String LOCAL = "127.0.0.1";

  private final AttributeReader attributeReader;
  private final AppKey key;

  /// @param key the attribute of the probe: `startup`, `readiness` or `liveness`
  ProbeHandlerReader(AttributeReader attributeReader, AppKey key) {
    this.attributeReader = attributeReader;
    this.key = key;
  }

  /// Returns the handler in `object`, which must contain exactly one. Otherwise, or if the handler
  /// is invalid, records a problem and returns empty.
  Optional<ProbeHandler> read(ConfigNode.Obj object) {
    List<ConfigNode.Member> kinds =
        object.members().stream().filter(member -> KINDS.contains(member.key())).toList();
    if (kinds.isEmpty()) {
      refuse(object, "", "does not specify what to probe: use one of " + String.join(", ", KINDS));
      return Optional.empty();
    }
    if (kinds.size() > 1) {
      ConfigNode.Member second = kinds.get(1);
      refuse(
          second.value(),
          "." + second.key(),
          "%s and %s are both set: keep one of them"
              .formatted(kinds.getFirst().key(), second.key()));
      return Optional.empty();
    }
    ConfigNode.Member kind = kinds.getFirst();
    return switch (kind.key()) {
      case "http" -> http(kind.value());
      case "tcp" -> tcp(kind.value());
      case "exec" -> exec(kind.value());
      case "log" -> pattern(kind.value(), ".log").map(ProbeHandler.Log::new);
      default -> notification(kind.value());
    };
  }

  private Optional<ProbeHandler> http(ConfigNode configNode) {
    if (!(configNode instanceof ConfigNode.Obj object)) {
      return url(configNode, ".http")
          .map(url ->
              new ProbeHandler.Http(
                  url, Map.of(), ProbeHandler.StatusRange.FINE, Optional.empty(), true));
    }
    for (ConfigNode.Member member : object.members()) {
      if (!HTTP_PARTS.contains(member.key())) {
        refuse(member.value(), ".http", AttributeReader.unknown(member.key(), HTTP_PARTS));
      }
    }
    Optional<ConfigNode> written = part(object, "url");
    if (written.isEmpty()) {
      refuse(object, ".http", "has no url: add \"url\": \"http://127.0.0.1:${PORT}/ready\"");
      return Optional.empty();
    }
    Optional<String> url = url(written.get(), ".http.url");
    Map<String, String> headers = headers(object);
    ProbeHandler.StatusRange statuses =
        part(object, "status").flatMap(this::statuses).orElse(ProbeHandler.StatusRange.FINE);
    Optional<String> body = part(object, "body").flatMap(text -> pattern(text, ".http.body"));
    boolean verified = part(object, "verify").map(this::verified).orElse(true);
    return url.map(it -> new ProbeHandler.Http(it, headers, statuses, body, verified));
  }

  private Optional<String> url(ConfigNode configNode, String tail) {
    if (configNode instanceof ConfigNode.Text text) {
      try {
        URI uri = new URI(VARIABLE.matcher(text.value()).replaceAll("1"));
        boolean http = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
        if (http && uri.getHost() != null && uri.getPort() != 0 && uri.getPort() <= 65_535) {
          return Optional.of(text.value());
        }
      } catch (URISyntaxException _) {
        // Reported below.
      }
    }
    refuse(
        configNode,
        tail,
        configNode.displayText()
            + " is not an HTTP address: use \"http://127.0.0.1:${PORT}/ready\"");
    return Optional.empty();
  }

  private Map<String, String> headers(ConfigNode.Obj http) {
    Map<String, String> headers = new LinkedHashMap<>();
    Optional<ConfigNode> written = part(http, "headers");
    if (written.isPresent() && !(written.get() instanceof ConfigNode.Obj)) {
      refuse(
          written.get(),
          ".http.headers",
          written.get().displayText()
              + " is not an object whose values are text: use {\"Host\": \"example.org\"}");
    }
    if (written.isPresent() && written.get() instanceof ConfigNode.Obj object) {
      for (ConfigNode.Member member : object.members()) {
        String tail = ".http.headers." + member.key();
        Optional<String> value = ConfigNode.scalarText(member.value());
        boolean token = member.key().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        if (!token) {
          refuse(member.value(), tail, "is not a valid header name: use letters, digits and -");
        } else if (value.isEmpty() || value.get().chars().anyMatch(Character::isISOControl)) {
          refuse(
              member.value(),
              tail,
              member.value().displayText()
                  + " is not a valid header value: use text without control characters");
        } else {
          headers.put(member.key(), value.get());
        }
      }
    }
    return headers;
  }

  private Optional<ProbeHandler.StatusRange> statuses(ConfigNode configNode) {
    Matcher range = STATUS.matcher(ConfigNode.scalarText(configNode).orElse("").strip());
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (first <= last) {
        return Optional.of(new ProbeHandler.StatusRange(first, last));
      }
    }
    refuse(
        configNode,
        ".http.status",
        configNode.displayText() + " is not an HTTP status: use 204, or \"200-299\"");
    return Optional.empty();
  }

  private boolean verified(ConfigNode configNode) {
    if (configNode instanceof ConfigNode.Bool bool) {
      return bool.value();
    }
    refuse(configNode, ".http.verify", configNode.displayText() + " is neither true nor false");
    return true;
  }

  private Optional<ProbeHandler> tcp(ConfigNode configNode) {
    Optional<String> text = ConfigNode.scalarText(configNode).map(String::strip);
    Matcher place = PLACE.matcher(text.map(it -> VARIABLE.matcher(it).replaceAll("1")).orElse(""));
    if (place.matches() && isPort(place.group(2))) {
      String written = text.orElseThrow();
      // The host may contain variables too, so it is taken from the original text.
      int colon = place.group(1) == null ? -1 : written.lastIndexOf(':');
      String host = colon < 0 ? LOCAL : written.substring(0, colon);
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      return Optional.of(new ProbeHandler.Tcp(bare, written.substring(colon + 1)));
    }
    refuse(
        configNode,
        ".tcp",
        configNode.displayText()
            + " is not an address to connect to: use 8080, \"db.local:5432\" or \"${PORT}\"");
    return Optional.empty();
  }

  private static boolean isPort(String digits) {
    OptionalLong port = ConfigNode.wholeNumber(digits);
    return port.isPresent() && port.getAsLong() >= 1 && port.getAsLong() <= 65_535;
  }

  /// Reads a command. It runs without a shell, like the command of `stop`. Unlike there, `${NAME}`
  /// is replaced by the value of the variable.
  private Optional<ProbeHandler> exec(ConfigNode configNode) {
    List<String> command = new ArrayList<>();
    if (configNode instanceof ConfigNode.Text text) {
      ShellWords words = ShellWords.of(VARIABLE.matcher(text.value()).replaceAll("x"));
      if (words.closed() && !words.plain()) {
        refuse(
            text,
            ".exec",
            "%s needs a shell, but is run without one: use [\"sh\", \"-c\", …]"
                .formatted(text.displayText()));
        return Optional.empty();
      }
    }
    command.addAll(attributeReader.words(key, ".exec", configNode));
    boolean words = configNode instanceof ConfigNode.Text || configNode instanceof ConfigNode.Arr;
    if (words && (command.isEmpty() || command.getFirst().isBlank())) {
      refuse(configNode, ".exec", "does not name a program");
    }
    return command.isEmpty() ? Optional.empty() : Optional.of(new ProbeHandler.Exec(command));
  }

  private Optional<String> pattern(ConfigNode configNode, String tail) {
    if (!(configNode instanceof ConfigNode.Text text) || text.value().isEmpty()) {
      refuse(configNode, tail, configNode.displayText() + " is not a regular expression: use text");
      return Optional.empty();
    }
    try {
      Pattern.compile(text.value());
      return Optional.of(text.value());
    } catch (PatternSyntaxException error) {
      refuse(
          configNode,
          tail,
          "%s is not a valid regular expression: %s"
              .formatted(text.displayText(), error.getDescription()));
      return Optional.empty();
    }
  }

  private Optional<ProbeHandler> notification(ConfigNode configNode) {
    if (configNode instanceof ConfigNode.Bool bool && bool.value()) {
      return Optional.of(new ProbeHandler.Notify());
    }
    refuse(
        configNode,
        ".notify",
        configNode.displayText() + " is not allowed here: use true, or omit the probe");
    return Optional.empty();
  }

  private static Optional<ConfigNode> part(ConfigNode.Obj object, String name) {
    return object.get(name).filter(value -> !(value instanceof ConfigNode.Nil));
  }

  private void refuse(ConfigNode part, String tail, String what) {
    attributeReader.refusePart(key, part, tail, what);
  }
}
