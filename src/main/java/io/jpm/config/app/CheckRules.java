package io.jpm.config.app;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import io.jpm.config.values.AttributeReader;
import io.jpm.config.values.Node;
import io.jpm.config.values.ShellWords;
import io.jpm.model.Check;
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
final class CheckRules {
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
  CheckRules(AttributeReader attributeReader, AppKey key) {
    this.attributeReader = attributeReader;
    this.key = key;
  }

  /// Returns the only handler in `object`; if it is invalid, records a problem and returns empty.
  Optional<Check> read(Node.Obj object) {
    List<Node.Member> kinds =
        object.members().stream().filter(member -> KINDS.contains(member.key())).toList();
    if (kinds.isEmpty()) {
      refuse(object, "", "does not say what to probe: use one of " + String.join(", ", KINDS));
      return Optional.empty();
    }
    if (kinds.size() > 1) {
      Node.Member second = kinds.get(1);
      refuse(
          second.value(),
          "." + second.key(),
          "%s and %s are both given: keep one of them"
              .formatted(kinds.getFirst().key(), second.key()));
      return Optional.empty();
    }
    Node.Member kind = kinds.getFirst();
    return switch (kind.key()) {
      case "http" -> http(kind.value());
      case "tcp" -> tcp(kind.value());
      case "exec" -> exec(kind.value());
      case "log" -> pattern(kind.value(), ".log").map(Check.Log::new);
      default -> notification(kind.value());
    };
  }

  private Optional<Check> http(Node node) {
    if (!(node instanceof Node.Obj object)) {
      return url(node, ".http")
          .map(
              url -> new Check.Http(url, Map.of(), Check.StatusRange.FINE, Optional.empty(), true));
    }
    for (Node.Member member : object.members()) {
      if (!HTTP_PARTS.contains(member.key())) {
        refuse(member.value(), ".http", AttributeReader.unknown(member.key(), HTTP_PARTS));
      }
    }
    Optional<Node> written = part(object, "url");
    if (written.isEmpty()) {
      refuse(object, ".http", "has no url: add \"url\": \"http://127.0.0.1:${PORT}/ready\"");
      return Optional.empty();
    }
    Optional<String> url = url(written.get(), ".http.url");
    Map<String, String> headers = headers(object);
    Check.StatusRange statuses =
        part(object, "status").flatMap(this::statuses).orElse(Check.StatusRange.FINE);
    Optional<String> body = part(object, "body").flatMap(text -> pattern(text, ".http.body"));
    boolean verified = part(object, "verify").map(this::verified).orElse(true);
    return url.map(it -> new Check.Http(it, headers, statuses, body, verified));
  }

  private Optional<String> url(Node node, String tail) {
    if (node instanceof Node.Text text) {
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
        node,
        tail,
        node.shown() + " is not an HTTP address: use \"http://127.0.0.1:${PORT}/ready\"");
    return Optional.empty();
  }

  private Map<String, String> headers(Node.Obj http) {
    Map<String, String> headers = new LinkedHashMap<>();
    Optional<Node> written = part(http, "headers");
    if (written.isPresent() && !(written.get() instanceof Node.Obj)) {
      refuse(written.get(), ".http.headers", written.get().shown() + " is not an object of texts");
    }
    if (written.isPresent() && written.get() instanceof Node.Obj object) {
      for (Node.Member member : object.members()) {
        String tail = ".http.headers." + member.key();
        Optional<String> value = Node.scalarText(member.value());
        boolean token = member.key().matches("[!#$%&'*+.^_`|~0-9A-Za-z-]+");
        if (!token) {
          refuse(member.value(), tail, "is not a header name");
        } else if (value.isEmpty() || value.get().chars().anyMatch(Character::isISOControl)) {
          refuse(member.value(), tail, member.value().shown() + " is not a header value");
        } else {
          headers.put(member.key(), value.get());
        }
      }
    }
    return headers;
  }

  private Optional<Check.StatusRange> statuses(Node node) {
    Matcher range = STATUS.matcher(Node.scalarText(node).orElse("").strip());
    if (range.matches()) {
      int first = Integer.parseInt(range.group(1));
      int last = range.group(2) == null ? first : Integer.parseInt(range.group(2));
      if (first <= last) {
        return Optional.of(new Check.StatusRange(first, last));
      }
    }
    refuse(node, ".http.status", node.shown() + " is not an HTTP status: use 204, or \"200-299\"");
    return Optional.empty();
  }

  private boolean verified(Node node) {
    if (node instanceof Node.Bool bool) {
      return bool.value();
    }
    refuse(node, ".http.verify", node.shown() + " is neither true nor false");
    return true;
  }

  private Optional<Check> tcp(Node node) {
    Optional<String> text = Node.scalarText(node).map(String::strip);
    Matcher place = PLACE.matcher(text.map(it -> VARIABLE.matcher(it).replaceAll("1")).orElse(""));
    if (place.matches() && isPort(place.group(2))) {
      String written = text.orElseThrow();
      // The host may contain variables as well, so it is taken from the text as written.
      int colon = place.group(1) == null ? -1 : written.lastIndexOf(':');
      String host = colon < 0 ? LOCAL : written.substring(0, colon);
      String bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
      return Optional.of(new Check.Tcp(bare, written.substring(colon + 1)));
    }
    refuse(
        node,
        ".tcp",
        node.shown()
            + " is not an address to connect to: use 8080, \"db.local:5432\" or \"${PORT}\"");
    return Optional.empty();
  }

  private static boolean isPort(String digits) {
    OptionalLong port = Node.wholeNumber(digits);
    return port.isPresent() && port.getAsLong() >= 1 && port.getAsLong() <= 65_535;
  }

  /// Reads a command, which is run without a shell, like the command of `stop`. `${NAME}` is a
  /// variable here too.
  private Optional<Check> exec(Node node) {
    List<String> command = new ArrayList<>();
    if (node instanceof Node.Text text) {
      ShellWords words = ShellWords.of(VARIABLE.matcher(text.value()).replaceAll("x"));
      if (words.closed() && !words.plain()) {
        refuse(
            text,
            ".exec",
            "%s needs a shell, but is run without one: use [\"sh\", \"-c\", …]"
                .formatted(text.shown()));
        return Optional.empty();
      }
    }
    command.addAll(attributeReader.words(key, ".exec", node));
    boolean words = node instanceof Node.Text || node instanceof Node.Arr;
    if (words && (command.isEmpty() || command.getFirst().isBlank())) {
      refuse(node, ".exec", "does not name a program");
    }
    return command.isEmpty() ? Optional.empty() : Optional.of(new Check.Exec(command));
  }

  private Optional<String> pattern(Node node, String tail) {
    if (!(node instanceof Node.Text text) || text.value().isEmpty()) {
      refuse(node, tail, node.shown() + " is not a regular expression");
      return Optional.empty();
    }
    try {
      Pattern.compile(text.value());
      return Optional.of(text.value());
    } catch (PatternSyntaxException error) {
      refuse(
          node,
          tail,
          "%s is not a regular expression: %s".formatted(text.shown(), error.getDescription()));
      return Optional.empty();
    }
  }

  private Optional<Check> notification(Node node) {
    if (node instanceof Node.Bool bool && bool.value()) {
      return Optional.of(new Check.Notify());
    }
    refuse(node, ".notify", node.shown() + " is not allowed here: use true, or omit the probe");
    return Optional.empty();
  }

  private static Optional<Node> part(Node.Obj object, String name) {
    return object.get(name).filter(value -> !(value instanceof Node.Nil));
  }

  private void refuse(Node part, String tail, String what) {
    attributeReader.refusePart(key, part, tail, what);
  }
}
