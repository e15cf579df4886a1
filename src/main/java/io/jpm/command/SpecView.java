package io.jpm.command;

import io.jpm.config.deploy.Secrets;
import io.jpm.model.AppSpec;
import io.jpm.spec.AppDescription;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// Converts a spec to JSON for `describe`: all attributes under their names in a process file.
/// Durations are written in milliseconds and sizes in bytes if process files accept these units for
/// the attribute.
///
/// Secrets are masked: variables by their names, passwords in URLs, the headers of probes with a
/// few exceptions, and the paths of webhooks. For a secret whose value is stored elsewhere, the
/// source is shown.
final class SpecView {
  private static final String SECRETS = "secrets";
  private static final String WEBHOOK = "webhook";
  private static final String HEADERS = "headers";

  /// The headers whose values are not credentials, in lower case. All others are masked.
  private static final Set<String> PUBLIC_HEADERS =
      Set.of("accept", "accept-encoding", "accept-language", "content-type", "host", "user-agent");

  private SpecView() {}

  static JsonObject of(AppSpec spec) {
    Map<String, Object> described = AppDescription.of(spec);
    described.replaceAll((key, form) -> key.equals(SECRETS) ? form : masked(key, form));
    return new JsonObject(described);
  }

  private static Object masked(String name, Object form) {
    return switch (form) {
      case String url when name.equals(WEBHOOK) -> host(url);
      case String text -> Secrets.mask(name, text);
      case List<?> items -> items.stream().map(item -> masked("", item)).toList();
      case Map<?, ?> map -> {
        Map<String, Object> all = new LinkedHashMap<>();
        boolean headers = name.equals(HEADERS);
        map.forEach((key, value) ->
            all.put(
                key.toString(),
                headers ? header(key.toString(), value) : masked(key.toString(), value)));
        yield all;
      }
      default -> form;
    };
  }

  private static Object header(String name, Object value) {
    return PUBLIC_HEADERS.contains(name.toLowerCase(Locale.ROOT)) ? value : Secrets.MASK;
  }

  /// Masks the path of a webhook, which is often the credential itself.
  private static String host(String url) {
    URI uri = URI.create(url);
    String port = uri.getPort() < 0 ? "" : ":" + uri.getPort();
    return "%s://%s%s/%s".formatted(uri.getScheme(), uri.getHost(), port, Secrets.MASK);
  }
}
