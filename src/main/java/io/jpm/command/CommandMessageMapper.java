package io.jpm.command;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.InstanceView;
import io.jpm.config.deploy.Secrets;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.wire.CommandReply;
import io.jpm.wire.InstanceMessage;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Converts replies from the verticles to messages for clients.
final class CommandMessageMapper {
  private static final String OF_ENVIRONMENT = "env.";

  private CommandMessageMapper() {}

  /// Converts instances without their specs.
  static List<InstanceMessage> plain(List<InstanceView> instances) {
    return instances.stream().map(view -> of(view, Optional.empty())).toList();
  }

  /// Converts an instance with its spec, with secrets masked, and with its ports and probe results.
  static InstanceMessage described(
      InstanceView view, List<Integer> ports, List<InstanceMessage.ProbeReport> checks) {
    return of(
        view, Optional.of(new InstanceMessage.Details(SpecView.of(view.spec()), ports, checks)));
  }

  /// Converts the changes to an app, with secrets masked.
  static CommandReply.Change change(AppChange change) {
    return new CommandReply.Change(
        change.app().value(),
        change.kind().name().toLowerCase(Locale.ROOT),
        change.stopped(),
        change.fields().stream()
            .map(field ->
                new CommandReply.Field(
                    field.key(),
                    masked(field.key(), field.from()),
                    masked(field.key(), field.to())))
            .toList(),
        change.problem());
  }

  private static String masked(String key, String value) {
    return Secrets.mask(
        key.startsWith(OF_ENVIRONMENT) ? key.substring(OF_ENVIRONMENT.length()) : "", value);
  }

  private static InstanceMessage of(InstanceView view, Optional<InstanceMessage.Details> details) {
    return new InstanceMessage(
        view.spec().name().value(),
        view.id().value(),
        view.number(),
        view.spec().namespace(),
        view.phase().keyword(),
        view.process().map(ProcessIdentity::pid).map(OptionalInt::of).orElse(OptionalInt.empty()),
        view.restarts(),
        view.unstableRestarts(),
        view.createdAt().toEpochMilli(),
        view.startedAt()
            .map(Instant::toEpochMilli)
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty()),
        code(view.lastExit()),
        signal(view.lastExit()),
        view.reason(),
        view.crashLooping(),
        view.unhealthy(),
        view.outFile().toString(),
        view.errorFile().toString(),
        details);
  }

  private static OptionalInt code(Optional<Exit> exit) {
    return exit.orElse(null) instanceof Exit.Code(int code)
        ? OptionalInt.of(code)
        : OptionalInt.empty();
  }

  private static Optional<String> signal(Optional<Exit> exit) {
    return exit.orElse(null) instanceof Exit.Signalled(int signal, _)
        ? Optional.of(Signal.nameOf(signal))
        : Optional.empty();
  }
}
