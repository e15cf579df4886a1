package io.jpm.bus;

import io.jpm.model.Role;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What Rights is asked about the tokens of services. Answered with a [RightsReply].
public sealed interface RightsCommand extends BusMessage {
  /// Makes a token.
  ///
  /// @param name what to call it, see [IssuedToken]
  /// @param role what its holder may do
  /// @param apps the names of the apps it is limited to; empty: all
  /// @param expires after which time it ends by itself; empty: never
  record Create(String name, Role role, Set<String> apps, Optional<Duration> expires)
      implements RightsCommand {
    public Create {
      apps = Set.copyOf(apps);
    }
  }

  /// Ends a token at once, and the connections of its holders.
  record Revoke(String name) implements RightsCommand {}

  /// All tokens that hold.
  record All() implements RightsCommand {}

  /// Who the holder of a secret is.
  ///
  /// @param digest the secret's SHA-256, 64 hexadecimal digits in lower case
  record Prove(String digest) implements RightsCommand {
    /// What the secrets of issued tokens begin with, so that people and scanners know them.
    public static final String PREFIX = "jpm_";

    private static final Pattern SECRET = Pattern.compile(PREFIX + "[A-Za-z0-9_-]{43}");

    /// The question who holds this secret; empty: it has not the form of one.
    public static Optional<Prove> of(String secret) {
      return SECRET.matcher(secret).matches()
          ? Optional.of(new Prove(sha256(secret)))
          : Optional.empty();
    }

    private static String sha256(String text) {
      try {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      } catch (NoSuchAlgorithmException impossible) {
        throw new IllegalStateException("every Java has SHA-256", impossible);
      }
    }
  }
}
