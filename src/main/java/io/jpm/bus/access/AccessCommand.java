package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Role;
import io.jpm.model.text.Sha256;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// A command about the access tokens of services. Answered with an [AccessReply].
public sealed interface AccessCommand extends BusMessage {
  /// Creates a token.
  ///
  /// @param name the token's name, see [IssuedToken]
  /// @param role the role of the token's holder
  /// @param apps the names of the apps to which the token is limited; empty for all apps
  /// @param expires the lifetime of the token; empty if unlimited
  record Create(String name, Role role, Set<String> apps, Optional<Duration> expires)
      implements AccessCommand {
    public Create {
      apps = Set.copyOf(apps);
    }
  }

  /// Replaces the secret of a token. The name, role and apps of the token stay the same. Answered
  /// with [AccessReply.Created].
  ///
  /// @param name the token's name
  /// @param grace how long the previous secret remains valid after the new one was created. If
  ///   zero, the previous secret becomes invalid immediately, and the connections of its holders
  ///   are closed
  /// @param expires the new lifetime; empty for the lifetime with which the token was created
  record Rotate(String name, Duration grace, Optional<Duration> expires) implements AccessCommand {}

  /// Revokes a token and immediately closes the connections of its holders.
  record Revoke(String name) implements AccessCommand {}

  /// Lists all valid tokens.
  record ListTokens() implements AccessCommand {}

  /// Requests the principal that a secret belongs to.
  ///
  /// @param digest the secret's SHA-256, 64 hexadecimal digits in lower case
  record Authenticate(String digest) implements AccessCommand {
    /// The prefix of the secrets of issued tokens. It allows users and secret scanners to recognize
    /// a secret.
    public static final String PREFIX = "jpm_";

    private static final Pattern SECRET = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");

    /// Returns the command for this secret; empty if the text does not have the form of a secret.
    public static Optional<Authenticate> of(String secret) {
      return SECRET.matcher(secret).matches()
          ? Optional.of(new Authenticate(Sha256.hex(secret)))
          : Optional.empty();
    }
  }
}
