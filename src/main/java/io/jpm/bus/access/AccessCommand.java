package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Role;
import io.jpm.model.text.Sha256;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What Rights is asked about the tokens of services. Answered with a [AccessReply].
public sealed interface AccessCommand extends BusMessage {
  /// Makes a token.
  ///
  /// @param name what to call it, see [IssuedToken]
  /// @param role what its holder may do
  /// @param apps the names of the apps it is limited to; empty: all
  /// @param expires after which time it ends by itself; empty: never
  record Create(String name, Role role, Set<String> apps, Optional<Duration> expires)
      implements AccessCommand {
    public Create {
      apps = Set.copyOf(apps);
    }
  }

  /// Gives a token a new secret; its name, role and apps stay. Answered by [AccessReply.Created].
  ///
  /// @param name the token's
  /// @param grace how long the secret it has had holds beside the new one; zero: it ends at once,
  ///   and the connections of its holders
  /// @param expires after which time the token ends by itself; empty: after as long a time as it
  ///   was made for, and never if it was made for ever
  record Rotate(String name, Duration grace, Optional<Duration> expires) implements AccessCommand {}

  /// Ends a token at once, and the connections of its holders.
  record Revoke(String name) implements AccessCommand {}

  /// All tokens that hold.
  record All() implements AccessCommand {}

  /// Who the holder of a secret is.
  ///
  /// @param digest the secret's SHA-256, 64 hexadecimal digits in lower case
  record Prove(String digest) implements AccessCommand {
    /// What the secrets of issued tokens begin with, so that people and scanners know them.
    public static final String PREFIX = "jpm_";

    private static final Pattern SECRET = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");

    /// The question who holds this secret; empty: it has not the form of one.
    public static Optional<Prove> of(String secret) {
      return SECRET.matcher(secret).matches()
          ? Optional.of(new Prove(Sha256.hex(secret)))
          : Optional.empty();
    }
  }
}
