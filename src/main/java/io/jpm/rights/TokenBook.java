package io.jpm.rights;

import io.jpm.bus.FileWords;
import io.jpm.bus.IssuedToken;
import io.jpm.bus.RightsCommand;
import io.jpm.bus.RightsReply;
import io.jpm.rights.TokenFile.Found;
import io.jpm.rights.TokenFile.Stamp;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
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

/// The tokens that hold, as the file has them: before each answer it is looked whether somebody has
/// changed the file. While it is damaged no token holds. Blocking; used by one thread at a time.
final class TokenBook {
  /// How many tokens there may be.
  static final int MOST = 1000;

  private static final Logger LOG = System.getLogger("jpm.rights");
  private static final int SECRET_BYTES = 32;

  private final TokenFile file;
  private final InstantSource clock;
  private final SecureRandom random = new SecureRandom();
  private final Map<String, HeldToken> byName = new TreeMap<>();
  private Optional<Stamp> known = Optional.empty();
  private Optional<String> problem = Optional.empty();

  /// What has come of something.
  ///
  /// @param ended the names of tokens that hold no longer
  /// @param next when the next token expires
  record Outcome(RightsReply reply, List<String> ended, Optional<Instant> next) {
    Outcome {
      ended = List.copyOf(ended);
    }
  }

  TokenBook(TokenFile file, InstantSource clock) {
    this.file = file;
    this.clock = clock;
  }

  /// Does what is asked. Also tells of tokens that have ended by themselves or by hand.
  Outcome obey(RightsCommand command) {
    List<String> ended = new ArrayList<>(lookAgain());
    ended.addAll(dropExpired());
    RightsReply reply =
        switch (command) {
          case RightsCommand.Create create -> create(create);
          case RightsCommand.Revoke(String name) -> revoke(name, ended);
          case RightsCommand.All() ->
              problem
                  .<RightsReply>map(this::refusal)
                  .orElseGet(() ->
                      new RightsReply.Tokens(
                          byName.values().stream().map(HeldToken::token).toList()));
          case RightsCommand.Prove(String digest) -> prove(digest);
        };
    return new Outcome(reply, ended, nextExpiry());
  }

  private Optional<Instant> nextExpiry() {
    return byName.values().stream()
        .flatMap(held -> held.token().expires().stream())
        .min(Comparator.naturalOrder());
  }

  /// The names of the tokens that are not in the file any more, or are other ones there.
  private List<String> lookAgain() {
    try {
      Stamp now = file.stamp();
      if (known.isPresent() && known.get().equals(now)) {
        return List.of();
      }
      known = Optional.of(now);
      return take(file.read());
    } catch (IOException unknown) {
      known = Optional.empty();
      return take(new Found.Damaged(file.path() + " cannot be looked at: " + unknown));
    }
  }

  private List<String> take(Found found) {
    Map<String, HeldToken> before = new TreeMap<>(byName);
    Optional<String> former = problem;
    byName.clear();
    problem = Optional.empty();
    switch (found) {
      case Found.Whole(List<HeldToken> tokens) ->
          tokens.forEach(token -> byName.put(token.token().name(), token));
      case Found.Damaged(String what) -> problem = Optional.of(what);
    }
    problem
        .filter(now -> !former.equals(Optional.of(now)))
        .ifPresent(now -> LOG.log(Level.ERROR, "{0}", refusal(now).why()));
    return before.values().stream()
        .filter(token -> !token.equals(byName.get(token.token().name())))
        .map(token -> token.token().name())
        .toList();
  }

  private RightsReply.Refused refusal(String what) {
    return new RightsReply.Refused(what + " — mend it or move it away; until then no token holds");
  }

  private List<String> dropExpired() {
    Instant now = clock.instant();
    List<String> expired =
        byName.values().stream()
            .filter(held -> held.hasExpired(now))
            .map(held -> held.token().name())
            .toList();
    if (!expired.isEmpty()) {
      byName.keySet().removeAll(expired);
      // What stays in the file has expired for the next daemon as well.
      write().ifPresent(failure -> LOG.log(Level.WARNING, "{0}", failure));
    }
    return expired;
  }

  /// Why the file could not be written; empty when it was.
  private Optional<String> write() {
    try {
      file.write(byName.values());
      known = Optional.of(file.stamp());
      return Optional.empty();
    } catch (IOException failure) {
      return Optional.of("%s cannot be written: %s".formatted(file.path(), FileWords.of(failure)));
    }
  }

  private RightsReply create(RightsCommand.Create create) {
    if (problem.isPresent()) {
      return refusal(problem.get());
    }
    if (byName.containsKey(create.name())) {
      return new RightsReply.Refused(
          "there is a token %1$s already: choose another name, or jpm token revoke %1$s first"
              .formatted(create.name()));
    }
    if (byName.size() >= MOST) {
      return new RightsReply.Refused(
          "there are %d tokens, and more are not allowed: revoke some".formatted(MOST));
    }
    Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
    try {
      return keep(
          new IssuedToken(
              create.name(), create.role(), create.apps(), now, create.expires().map(now::plus)));
    } catch (IllegalArgumentException wrong) {
      return new RightsReply.Refused(String.valueOf(wrong.getMessage()));
    }
  }

  private RightsReply keep(IssuedToken token) {
    byte[] bits = new byte[SECRET_BYTES];
    random.nextBytes(bits);
    String secret =
        RightsCommand.Prove.PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(bits);
    byName.put(
        token.name(), new HeldToken(token, RightsCommand.Prove.of(secret).orElseThrow().digest()));
    Optional<String> failure = write();
    if (failure.isPresent()) {
      byName.remove(token.name());
      return new RightsReply.Refused(failure.get());
    }
    return new RightsReply.Created(token, secret);
  }

  private RightsReply revoke(String name, List<String> ended) {
    if (problem.isPresent()) {
      return refusal(problem.get());
    }
    HeldToken held = byName.remove(name);
    if (held == null) {
      return new RightsReply.Refused(
          ended.contains(name)
              ? "the token %s has ended by itself".formatted(name)
              : "there is no token \"%s\": jpm token ls shows all".formatted(name));
    }
    ended.add(name);
    return write()
        .<RightsReply>map(failure ->
            new RightsReply.Refused(
                "%s holds no longer, but would with the next daemon: %s".formatted(name, failure)))
        .orElse(new RightsReply.Revoked(held.token()));
  }

  private RightsReply prove(String digest) {
    byte[] shown = digest.getBytes(StandardCharsets.US_ASCII);
    return byName.values().stream()
        .filter(
            held -> MessageDigest.isEqual(held.digest().getBytes(StandardCharsets.US_ASCII), shown))
        .findFirst()
        .<RightsReply>map(held -> new RightsReply.Proved(held.token().principal()))
        .orElse(new RightsReply.Refused("wrong token"));
  }
}
