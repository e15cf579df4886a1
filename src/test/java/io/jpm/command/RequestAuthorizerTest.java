package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.InstanceView;
import io.jpm.command.RequestAuthorizer.Decision;
import io.jpm.command.RequestAuthorizer.Subjects;
import io.jpm.console.Instances;
import io.jpm.model.AppName;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class RequestAuthorizerTest {
  /// `web` with the ids 0 and 1, `api` with the id 2, and an app whose name looks like an id.
  private static final List<InstanceView> ALL =
      List.of(
          Instances.online(0, Instances.spec("web", 2, "shop"), 0),
          Instances.online(1, Instances.spec("web", 2, "shop"), 1),
          Instances.online(2, Instances.spec("api", 1, "shop"), 0),
          Instances.online(3, Instances.spec("1", 1, "other"), 0));

  private static final List<AppName> SHOP = List.of(new AppName("shop"));

  enum Scope {
    ALL_APPS(Set.of()),
    ITS_OWN(Set.of("web", "shop")),
    OTHERS(Set.of("api"));

    @SuppressWarnings("ImmutableEnumChecker") // created by Set.of
    private final Set<String> apps;

    Scope(Set<String> apps) {
      this.apps = apps;
    }
  }

  enum Outcome {
    ALLOWED,
    DENIED,
    NOT_FOUND
  }

  static Stream<Arguments> table() {
    List<Arguments> rows = new ArrayList<>();
    for (CommandRequest request : Requests.on("web")) {
      rows.add(Arguments.of(request, Principal.OWNER, Outcome.ALLOWED));
      for (Role role : Role.values()) {
        for (Scope scope : Scope.values()) {
          rows.add(
              Arguments.of(
                  request,
                  new Principal("token", role, scope.apps),
                  expected(request, role, scope)));
        }
      }
    }
    return rows.stream();
  }

  /// The rules of docs/bridge.md, written independently of the implementation.
  private static Outcome expected(CommandRequest request, Role role, Scope scope) {
    Role needed =
        switch (request.verb()) {
          case PING, LIST, DESCRIBE, EVENTS, LOGS -> Role.READ;
          case STOP, RESTART, RESET, RELOAD, SCALE, SIGNAL, MESSAGE, TYPE, TRIGGER -> Role.OPERATE;
          case START -> request instanceof CommandRequest.StartApps ? Role.ADMIN : Role.OPERATE;
          case DELETE, PLAN, APPLY, SAVE, RESURRECT -> Role.ADMIN;
        };
    if (role.compareTo(needed) < 0) {
      return Outcome.DENIED;
    }
    if (scope == Scope.ALL_APPS) {
      return Outcome.ALLOWED;
    }
    return switch (request.verb()) {
      case PING -> Outcome.ALLOWED;
      case SAVE, RESURRECT -> Outcome.DENIED;
      case PLAN, APPLY -> ofApps(request, scope);
      case START ->
          request instanceof CommandRequest.StartApps ? ofApps(request, scope) : ofWeb(scope);
      case LIST,
          DESCRIBE,
          EVENTS,
          LOGS,
          STOP,
          RESTART,
          RESET,
          RELOAD,
          SCALE,
          SIGNAL,
          MESSAGE,
          TYPE,
          TRIGGER,
          DELETE ->
          ofWeb(scope);
    };
  }

  private static Outcome ofApps(CommandRequest request, Scope scope) {
    boolean prunes = request instanceof CommandRequest.Apply apply && apply.prune();
    return scope == Scope.ITS_OWN && !prunes ? Outcome.ALLOWED : Outcome.DENIED;
  }

  private static Outcome ofWeb(Scope scope) {
    return scope == Scope.ITS_OWN ? Outcome.ALLOWED : Outcome.NOT_FOUND;
  }

  @ParameterizedTest
  @MethodSource("table")
  void roleAndScopeDetermineTheDecision(CommandRequest request, Principal who, Outcome expected) {
    assertThat(outcome(RequestAuthorizer.authorize(who, request, new Subjects(ALL, SHOP))))
        .isEqualTo(expected);
  }

  private static Outcome outcome(Decision decision) {
    return switch (decision) {
      case Decision.Allowed _ -> Outcome.ALLOWED;
      case Decision.Refused refused when refused.reply().code() == Code.DENIED -> Outcome.DENIED;
      case Decision.Refused refused when refused.reply().code() == Code.NOT_FOUND ->
          Outcome.NOT_FOUND;
      case Decision.Refused refused -> throw new AssertionError(refused);
    };
  }

  /// The last column contains the ids of the matched instances; `-` means: not found.
  @ParameterizedTest
  @CsvSource({
    ", all, 0 1 2 3",
    ", web, 0 1",
    ", shop, 0 1 2",
    ", 1, 3",
    ", #1, 1",
    ", 2, 2",
    ", /a/, 2",
    ", nope, -",
    "web, all, 0 1",
    "web, shop, 0 1",
    "web, 1, 1",
    "web, #1, 1",
    "web, 2, -",
    "web, #2, -",
    "web, api, -",
    "web, /./, 0 1",
    "web, /api/, -",
    "web, other, -",
    "gone, all, -"
  })
  void selectorMatchesOnlyAppsInTheScopeOfThePrincipal(
      @Nullable String app, String word, String ids) {
    var who = new Principal("token", Role.OPERATE, app == null ? Set.of() : Set.of(app));
    var request = new CommandRequest.Act(CommandRequest.Action.STOP, List.of(word));
    switch (RequestAuthorizer.authorize(who, request, new Subjects(ALL, List.of()))) {
      case Decision.Allowed(List<InstanceView> chosen) ->
          assertThat(String.join(" ", chosen.stream().map(it -> it.id().toString()).toList()))
              .isEqualTo(ids);
      case Decision.Refused refused -> {
        assertThat(refused.reply().code()).isEqualTo(Code.NOT_FOUND);
        assertThat(refused.reply().problems()).containsExactly("no app matches \"" + word + "\"");
        assertThat(ids).isEqualTo("-");
      }
    }
  }

  @Test
  void listWithoutSelectorsContainsOnlyAppsInTheScope() {
    var who = new Principal("token", Role.READ, Set.of("api"));
    assertThat(
            RequestAuthorizer.authorize(
                who, new CommandRequest.ListInstances(List.of()), new Subjects(ALL, List.of())))
        .isEqualTo(new Decision.Allowed(ALL.subList(2, 3)));
  }

  @Test
  void selectorsForGodAreUnambiguous() {
    assertThat(TargetSelection.words(ALL.subList(0, 3), ALL)).containsExactly("web", "api");
    assertThat(TargetSelection.words(ALL.subList(1, 2), ALL)).containsExactly("#1");
  }

  @Test
  void invalidRegularExpressionMakesTheRequestInvalid() {
    var request = new CommandRequest.Describe(List.of("/(/"));
    assertThat(RequestAuthorizer.authorize(Principal.OWNER, request, new Subjects(ALL, List.of())))
        .isInstanceOfSatisfying(
            Decision.Refused.class,
            refused -> assertThat(refused.reply().code()).isEqualTo(Code.INVALID));
  }
}
