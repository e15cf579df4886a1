package io.jpm.command;

import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppName;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import io.jpm.wire.CommandRequest;
import java.util.List;
import java.util.Optional;

/// Authorizes requests. Every request passes [#authorize] before it has any effect; no other code
/// authorizes requests. This class does not use clocks, the bus or files.
///
/// A principal that is limited to some apps cannot see other apps: they are reported as not found,
/// and `all`, ids and patterns select only instances of permitted apps.
final class RequestAuthorizer {
  private RequestAuthorizer() {}

  /// The result of authorizing a request.
  sealed interface Decision {
    /// The request is allowed.
    ///
    /// @param instances the selected instances; empty if the request does not concern instances
    record Allowed(List<InstanceView> instances) implements Decision {
      public Allowed {
        instances = List.copyOf(instances);
      }
    }

    /// The request is not allowed.
    record Refused(Failed reply) implements Decision {}
  }

  /// The existing instances and the apps that a request describes.
  ///
  /// @param instances all existing instances, by id
  /// @param described the names of the apps that the request describes
  record Subjects(List<InstanceView> instances, List<AppName> described) {
    static final Subjects NOTHING = new Subjects(List.of(), List.of());

    Subjects {
      instances = List.copyOf(instances);
      described = List.copyOf(described);
    }
  }

  /// Checks the role and the scope of the principal before any data is loaded, so that a denied
  /// request causes no further work.
  ///
  /// @return why the request is denied; empty if [#authorize] must decide
  static Optional<Failed> precheck(Principal who, CommandRequest request) {
    if (!who.hasRole(request.requiredRole())) {
      return Optional.of(
          denied(
              "%s needs the role %s, but %s has %s"
                  .formatted(
                      request.verb().keyword(),
                      request.requiredRole().keyword(),
                      who.name(),
                      who.role().keyword())));
    }
    return !who.canAccessAll() && isAboutAll(request)
        ? Optional.of(
            denied(
                "%s affects all apps, but %s has access to only some of them"
                    .formatted(request.verb().keyword(), who.name())))
        : Optional.empty();
  }

  /// Authorizes the request and resolves its targets.
  static Decision authorize(Principal who, CommandRequest request, Subjects subjects) {
    Optional<Failed> refused = precheck(who, request);
    if (refused.isPresent()) {
      return new Decision.Refused(refused.get());
    }
    List<InstanceView> visible =
        subjects.instances().stream()
            .filter(instance -> who.canAccess(instance.spec().name().value()))
            .toList();
    return switch (request) {
      case CommandRequest.ListInstances(List<String> targets) when targets.isEmpty() ->
          new Decision.Allowed(visible);
      case CommandRequest.OnTargets on -> chosen(on.targets(), visible);
      case CommandRequest.Scale scale -> chosen(List.of(scale.target()), visible);
      case CommandRequest.WriteInput type -> chosen(List.of(type.target()), visible);
      case CommandRequest.OnApps _ -> ofApps(who, subjects.described());
      case CommandRequest.ListEvents(_, _, Optional<String> app) ->
          app.filter(name -> !who.canAccess(name))
              .<Decision>map(name -> missing(List.of(name)))
              .orElse(new Decision.Allowed(List.of()));
      case CommandRequest.Ping _, CommandRequest.Save _, CommandRequest.Resurrect _ ->
          new Decision.Allowed(List.of());
    };
  }

  /// Reports whether [#authorize] would take too long on an event loop.
  static boolean isLong(CommandRequest request) {
    return switch (request) {
      case CommandRequest.OnTargets on -> TargetSelection.isLong(on.targets());
      case CommandRequest.Scale scale -> TargetSelection.isLong(List.of(scale.target()));
      case CommandRequest.WriteInput type -> TargetSelection.isLong(List.of(type.target()));
      case CommandRequest.OnApps _,
          CommandRequest.ListEvents _,
          CommandRequest.Ping _,
          CommandRequest.Save _,
          CommandRequest.Resurrect _ ->
          false;
    };
  }

  /// Reports whether the request always affects all apps.
  private static boolean isAboutAll(CommandRequest request) {
    return switch (request) {
      case CommandRequest.Save _, CommandRequest.Resurrect _ -> true;
      case CommandRequest.Apply apply -> apply.prune();
      case CommandRequest.Ping _,
          CommandRequest.ListEvents _,
          CommandRequest.Scale _,
          CommandRequest.WriteInput _,
          CommandRequest.StartApps _,
          CommandRequest.OnTargets _ ->
          false;
    };
  }

  private static Decision chosen(List<String> words, List<InstanceView> visible) {
    return switch (TargetSelection.of(words, visible)) {
      case TargetSelection.Found(List<InstanceView> instances) -> new Decision.Allowed(instances);
      case TargetSelection.Missing(List<String> missing) -> missing(missing);
      case TargetSelection.Invalid(String problem) ->
          new Decision.Refused(new Failed(Code.INVALID, problem));
    };
  }

  private static Decision missing(List<String> words) {
    return new Decision.Refused(
        new Failed(
            Code.NOT_FOUND,
            words.stream().map("no app matches \"%s\""::formatted).toList(),
            List.of()));
  }

  private static Decision ofApps(Principal who, List<AppName> described) {
    return described.stream()
        .filter(app -> !who.canAccess(app.value()))
        .findFirst()
        .<Decision>map(app ->
            new Decision.Refused(
                denied(
                    "%s is not permitted to start or change the app %s"
                        .formatted(who.name(), app))))
        .orElse(new Decision.Allowed(List.of()));
  }

  private static Failed denied(String problem) {
    return new Failed(Code.DENIED, problem);
  }
}
