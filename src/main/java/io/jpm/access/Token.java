package io.jpm.access;

import io.jpm.bus.access.IssuedToken;
import io.jpm.model.AppName;
import io.jpm.model.access.Role;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A token with the digests of its secrets.
///
/// @param digest the secret's SHA-256, 64 hexadecimal digits in lower case
/// @param former the secret that the latest rotation replaced, as long as it is still valid;
///   otherwise empty
record Token(IssuedToken token, String digest, Optional<Former> former) {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private static final Set<String> KEYS =
      Set.of("name", "role", "apps", "sha256", "created", "expires", "former");
  private static final Set<String> FORMER_KEYS = Set.of("sha256", "until");

  /// A secret that a rotation has replaced, and that is accepted until it expires.
  ///
  /// @param digest the secret's SHA-256, 64 hexadecimal digits in lower case
  /// @param until when the secret expires
  record Former(String digest, Instant until) {}

  boolean hasExpired(Instant now) {
    return token.expires().filter(end -> !end.isAfter(now)).isPresent();
  }

  /// Returns a copy of this token without the previous secret.
  Token withoutFormer() {
    return new Token(token, digest, Optional.empty());
  }

  /// Returns the times at which the token and its previous secret expire.
  Stream<Instant> ends() {
    return Stream.concat(token.expires().stream(), former.map(Former::until).stream());
  }

  /// Converts the token to JSON. If `apps` is absent, the token applies to all apps; if `expires`
  /// is absent, it is valid until it is revoked.
  JsonObject toJson() {
    var json = new JsonObject().put("name", token.name()).put("role", token.role().keyword());
    if (!token.apps().isEmpty()) {
      json.put("apps", new JsonArray(token.apps().stream().sorted().toList()));
    }
    json.put("sha256", digest).put("created", token.created().toString());
    token.expires().ifPresent(end -> json.put("expires", end.toString()));
    former.ifPresent(before ->
        json.put(
            "former",
            new JsonObject()
                .put("sha256", before.digest())
                .put("until", before.until().toString())));
    return json;
  }

  /// Parses a token.
  ///
  /// @throws IllegalArgumentException if a key is invalid or unknown; the message names the key. An
  ///   unknown key may have been meant to restrict the token
  static Token read(Object value) {
    if (!(value instanceof JsonObject json)) {
      throw new IllegalArgumentException("expected an object");
    }
    json.fieldNames().stream()
        .filter(key -> !KEYS.contains(key))
        .findFirst()
        .ifPresent(key -> {
          throw new IllegalArgumentException("unknown key \"" + key + "\"");
        });
    String role = text(json, "role");
    var token =
        new IssuedToken(
            text(json, "name"),
            Role.of(role)
                .orElseThrow(() ->
                    new IllegalArgumentException(
                        "role: \"" + role + "\" is not a role: use read, operate or admin")),
            json.containsKey("apps") ? apps(json.getValue("apps")) : Set.of(),
            time(json, "created"),
            json.containsKey("expires") ? Optional.of(time(json, "expires")) : Optional.empty());
    return new Token(
        token,
        digest(json),
        json.containsKey("former")
            ? Optional.of(former(json.getValue("former")))
            : Optional.empty());
  }

  private static Former former(Object value) {
    if (value instanceof JsonObject json && FORMER_KEYS.equals(json.fieldNames())) {
      return new Former(digest(json), time(json, "until"));
    }
    throw new IllegalArgumentException("former: expected {\"sha256\":\"…\",\"until\":\"…\"}");
  }

  private static String digest(JsonObject json) {
    String digest = text(json, "sha256");
    require(DIGEST.matcher(digest).matches(), "sha256: use 64 hexadecimal digits in lower case");
    return digest;
  }

  private static Set<String> apps(Object value) {
    Set<String> apps = new HashSet<>();
    if (value instanceof JsonArray array) {
      for (Object app : array) {
        require(app instanceof String, "apps: use names, such as [\"web\"]");
        apps.add(new AppName((String) app).value());
      }
    }
    require(!apps.isEmpty(), "apps: list at least one app, or omit the key for all apps");
    return apps;
  }

  private static Instant time(JsonObject json, String key) {
    String text = text(json, key);
    try {
      return Instant.parse(text);
    } catch (DateTimeException wrong) {
      throw new IllegalArgumentException(
          key + ": \"" + text + "\" is not a time: use a time such as 2026-11-21T12:00:00Z", wrong);
    }
  }

  private static String text(JsonObject json, String key) {
    if (json.getValue(key) instanceof String text) {
      return text;
    }
    throw new IllegalArgumentException(key + ": missing or not a string");
  }

  private static void require(boolean right, String sentence) {
    if (!right) {
      throw new IllegalArgumentException(sentence);
    }
  }
}
