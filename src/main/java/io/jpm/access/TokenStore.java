package io.jpm.access;

import io.jpm.access.Token.Former;
import io.jpm.access.TokenFile.Content;
import io.jpm.access.TokenFile.Stamp;
import io.jpm.bus.FileErrors;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.IssuedToken;
import io.jpm.bus.access.TokenRevoked;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The valid tokens, as stored in the file. Each command first checks whether another program has
/// changed the file. While the file is damaged, no token is valid. All methods block. Not
/// thread-safe.
final class TokenStore {
  /// The maximum number of tokens.
  static final int MAX_TOKENS = 1000;

  private static final Logger LOG = System.getLogger("jpm.access");
  private static final int SECRET_BYTES = 32;

  private final TokenFile file;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, Token> byName = new TreeMap<>();
  private Optional<Stamp> known = Optional.empty();
  private Optional<String> problem = Optional.empty();

  /// The result of a command.
  ///
  /// @param ended the tokens and secrets that have become invalid since the previous command
  /// @param next when the next token or secret expires; empty if none will expire
  /// @param soon the tokens that will expire soon and should be rotated
  record Outcome(
      AccessReply reply, List<TokenRevoked> ended, Optional<Instant> next, List<IssuedToken> soon) {
    Outcome {
      ended = List.copyOf(ended);
      soon = List.copyOf(soon);
    }
  }

  TokenStore(TokenFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /// Carries out a command. The outcome also lists the tokens that have expired or were removed
  /// from the file.
  Outcome execute(AccessCommand command) {
    List<TokenRevoked> ended = new ArrayList<>();
    reloadIfChanged().forEach(name -> ended.add(new TokenRevoked(name)));
    ended.addAll(dropExpired());
    AccessReply reply =
        switch (command) {
          case AccessCommand.Create create -> create(create);
          case AccessCommand.Rotate rotate -> rotate(rotate, ended);
          case AccessCommand.Revoke(String name) -> revoke(name, ended);
          case AccessCommand.ListTokens() ->
              problem
                  .<AccessReply>map(this::refusal)
                  .orElseGet(() ->
                      new AccessReply.Tokens(byName.values().stream().map(Token::token).toList()));
          case AccessCommand.Authenticate(String digest) -> authenticate(digest);
        };
    return new Outcome(reply, ended, nextExpiry(), soon());
  }

  private Optional<Instant> nextExpiry() {
    return byName.values().stream().flatMap(Token::ends).min(Comparator.naturalOrder());
  }

  private List<IssuedToken> soon() {
    Instant now = clock.instant();
    return byName.values().stream()
        .map(Token::token)
        .filter(token -> token.expiresSoon(now))
        .toList();
  }

  /// Reads the file if it has changed, and returns the names of the tokens that were removed or
  /// modified in it.
  private List<String> reloadIfChanged() {
    try {
      Stamp now = file.stamp();
      if (known.isPresent() && known.get().equals(now)) {
        return List.of();
      }
      known = Optional.of(now);
      return take(file.read());
    } catch (IOException unknown) {
      known = Optional.empty();
      return take(
          new Content.Damaged(file.path() + " cannot be checked: " + FileErrors.of(unknown)));
    }
  }

  private List<String> take(Content found) {
    Map<String, Token> before = new TreeMap<>(byName);
    Optional<String> former = problem;
    byName.clear();
    problem = Optional.empty();
    switch (found) {
      case Content.Intact(List<Token> tokens) ->
          tokens.forEach(token -> byName.put(token.token().name(), token));
      case Content.Damaged(String what) -> problem = Optional.of(what);
    }
    problem
        .filter(now -> !former.equals(Optional.of(now)))
        .ifPresent(now -> LOG.log(Level.ERROR, "{0}", refusal(now).reason()));
    return before.values().stream()
        .filter(token -> !token.equals(byName.get(token.token().name())))
        .map(token -> token.token().name())
        .toList();
  }

  private AccessReply.Refused refusal(String what) {
    return new AccessReply.Refused(
        what + "; no token is accepted until you repair the file or move it away");
  }

  private List<TokenRevoked> dropExpired() {
    Instant now = clock.instant();
    List<TokenRevoked> expired = new ArrayList<>();
    for (Token held : List.copyOf(byName.values())) {
      String name = held.token().name();
      if (held.hasExpired(now)) {
        byName.remove(name);
        expired.add(new TokenRevoked(name));
      } else if (held.former().filter(former -> !former.until().isAfter(now)).isPresent()) {
        byName.put(name, held.withoutFormer());
        expired.add(new TokenRevoked(name, held.former().map(Former::digest)));
      }
    }
    if (!expired.isEmpty()) {
      // If the write fails, the next daemon will find the same tokens expired.
      write().ifPresent(failure -> LOG.log(Level.WARNING, "{0}", failure));
    }
    return expired;
  }

  /// Writes the file.
  ///
  /// @return why it could not be written; empty if it was written
  private Optional<String> write() {
    try {
      file.write(byName.values());
      known = Optional.of(file.stamp());
      return Optional.empty();
    } catch (IOException failure) {
      return Optional.of("%s cannot be written: %s".formatted(file.path(), FileErrors.of(failure)));
    }
  }

  private AccessReply create(AccessCommand.Create create) {
    if (problem.isPresent()) {
      return refusal(problem.get());
    }
    if (byName.containsKey(create.name())) {
      return new AccessReply.Refused(
          "the token %1$s already exists: choose another name, or run jpm token revoke %1$s first"
              .formatted(create.name()));
    }
    if (byName.size() >= MAX_TOKENS) {
      return new AccessReply.Refused(
          "the limit of %d tokens is reached: revoke some of them".formatted(MAX_TOKENS));
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    try {
      return keep(
          new IssuedToken(
              create.name(), create.role(), create.apps(), now, create.expires().map(now::plus)),
          Optional.empty());
    } catch (IllegalArgumentException wrong) {
      return new AccessReply.Refused(String.valueOf(wrong.getMessage()));
    }
  }

  /// Replaces the secret of a token. The previous secret becomes invalid immediately or at the end
  /// of the grace period, but no later than it would have expired anyway.
  private AccessReply rotate(AccessCommand.Rotate rotate, List<TokenRevoked> ended) {
    if (problem.isPresent()) {
      return refusal(problem.get());
    }
    Token held = byName.get(rotate.name());
    if (held == null) {
      return unknown(rotate.name(), ended);
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    IssuedToken token = held.token();
    Optional<Duration> life =
        rotate
            .expires()
            .or(() -> token.expires().map(end -> Duration.between(token.created(), end)));
    Instant until = now.plus(rotate.grace());
    Optional<Former> former =
        rotate.grace().isPositive()
            ? Optional.of(
                new Former(
                    held.digest(),
                    token.expires().filter(end -> end.isBefore(until)).orElse(until)))
            : Optional.empty();
    AccessReply reply =
        keep(
            new IssuedToken(token.name(), token.role(), token.apps(), now, life.map(now::plus)),
            former);
    if (reply instanceof AccessReply.Created) {
      if (former.isEmpty()) {
        ended.add(new TokenRevoked(token.name()));
      } else {
        held.former()
            .ifPresent(
                older -> ended.add(new TokenRevoked(token.name(), Optional.of(older.digest()))));
      }
    }
    return reply;
  }

  /// Creates a secret for `token` and stores both, replacing a token with the same name. On
  /// failure, the previous token stays.
  private AccessReply keep(IssuedToken token, Optional<Former> former) {
    byte[] bits = new byte[SECRET_BYTES];
    random.nextBytes(bits);
    String secret =
        AccessCommand.Authenticate.PREFIX
            + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    String digest = AccessCommand.Authenticate.of(secret).orElseThrow().digest();
    Token before = byName.put(token.name(), new Token(token, digest, former));
    Optional<String> failure = write();
    if (failure.isPresent()) {
      if (before == null) {
        byName.remove(token.name());
      } else {
        byName.put(token.name(), before);
      }
      return new AccessReply.Refused(failure.get());
    }
    return new AccessReply.Created(token, secret);
  }

  private static AccessReply unknown(String name, List<TokenRevoked> ended) {
    return new AccessReply.Refused(
        ended.contains(new TokenRevoked(name))
            ? "the token %s has expired: create a new one with jpm token create".formatted(name)
            : "there is no token \"%s\": run jpm token ls to list all".formatted(name));
  }

  private AccessReply revoke(String name, List<TokenRevoked> ended) {
    if (problem.isPresent()) {
      return refusal(problem.get());
    }
    Token held = byName.remove(name);
    if (held == null) {
      return unknown(name, ended);
    }
    ended.add(new TokenRevoked(name));
    return write()
        .<AccessReply>map(failure ->
            new AccessReply.Refused(
                "the token %s is revoked only until the daemon restarts, because %s"
                    .formatted(name, failure)))
        .orElse(new AccessReply.Revoked(held.token()));
  }

  private AccessReply authenticate(String digest) {
    byte[] shown = digest.getBytes(StandardCharsets.US_ASCII);
    return byName.values().stream()
        .filter(held ->
            isSame(held.digest(), shown)
                || held.former().filter(former -> isSame(former.digest(), shown)).isPresent())
        .findFirst()
        .<AccessReply>map(held -> new AccessReply.Authenticated(held.token().principal()))
        .orElse(new AccessReply.Refused("wrong token"));
  }

  private static boolean isSame(String digest, byte[] shown) {
    return MessageDigest.isEqual(digest.getBytes(StandardCharsets.US_ASCII), shown);
  }
}
