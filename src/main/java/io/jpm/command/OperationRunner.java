package io.jpm.command;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppSpec;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandReply.Failed;
import io.jpm.wire.CommandRequest;
import io.vertx.core.Future;
import io.vertx.core.json.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Carries out authorized requests by sending commands to the other verticles.
final class OperationRunner {
  private final ServiceClient serviceClient;
  private final CommandContext context;

  OperationRunner(ServiceClient serviceClient, CommandContext context) {
    this.serviceClient = serviceClient;
    this.context = context;
  }

  /// An authorized request.
  ///
  /// @param who the principal that sent it
  /// @param chosen the selected instances
  /// @param all every existing instance
  /// @param apps the apps that the request describes
  /// @param key the idempotency key; empty if the request has none
  record AuthorizedCommand(
      Principal who,
      CommandRequest request,
      List<InstanceView> chosen,
      List<InstanceView> all,
      Apps apps,
      Optional<String> key) {
    /// Adds the idempotency key to a command, so that God carries out a repeated command only once.
    GodCommand keyed(GodCommand command) {
      return key.<GodCommand>map(text -> new GodCommand.Idempotent(text, command)).orElse(command);
    }

    /// Returns selectors that make God select exactly the chosen instances.
    List<String> words() {
      return TargetSelection.words(chosen, all);
    }
  }

  /// The apps that a request describes, with notes for the client.
  record Apps(List<AppSpec> specs, List<String> notes) {
    static final Apps NONE = new Apps(List.of(), List.of());

    Apps {
      specs = List.copyOf(specs);
      notes = List.copyOf(notes);
    }
  }

  Future<CommandReply> perform(AuthorizedCommand authorizedCommand) {
    return switch (authorizedCommand.request()) {
      case CommandRequest.Ping _ ->
          Future.succeededFuture(
              new CommandReply.Pong(
                  context.version(),
                  context.pid(),
                  context.home().toString(),
                  context.startedAt().toEpochMilli()));
      case CommandRequest.ListInstances _ ->
          Future.succeededFuture(
              new CommandReply.Instances(
                  CommandMessageMapper.plain(authorizedCommand.chosen()), List.of()));
      case CommandRequest.Describe _ ->
          new InstanceDescriber(serviceClient, context.clock())
              .describe(authorizedCommand.chosen())
              .map(instances -> new CommandReply.Instances(instances, List.of()));
      case CommandRequest.ListEvents listEvents ->
          new EventHistoryReader(serviceClient).read(authorizedCommand.who(), listEvents);
      case CommandRequest.Logs logs ->
          new LogTailReader(serviceClient, logs, authorizedCommand.chosen()).read();
      case CommandRequest.Act act ->
          instances(authorizedCommand, act(act.action(), authorizedCommand.words()));
      case CommandRequest.Reload(_, int parallel, boolean graceful) ->
          instances(
              authorizedCommand,
              new GodCommand.Reload(
                  authorizedCommand.words(),
                  List.of(),
                  parallel,
                  Optional.empty(),
                  false,
                  graceful));
      case CommandRequest.Scale scale -> scale(authorizedCommand, scale);
      case CommandRequest.SendSignal signal ->
          instances(
              authorizedCommand,
              new GodCommand.SendSignal(authorizedCommand.words(), signal.signal()));
      case CommandRequest.SendMessage tell ->
          instances(
              authorizedCommand,
              new GodCommand.SendMessage(authorizedCommand.words(), Json.encode(tell.value())));
      case CommandRequest.WriteInput type -> type(authorizedCommand, type);
      case CommandRequest.Trigger trigger -> trigger(authorizedCommand, trigger);
      case CommandRequest.StartApps start ->
          instances(
              authorizedCommand,
              new GodCommand.StartApps(
                  authorizedCommand.apps().specs(),
                  GodCommand.ExistingAppPolicy.RESTART,
                  start.apps().file(),
                  true));
      case CommandRequest.Apply apply -> apply(authorizedCommand, apply);
      case CommandRequest.Save _ -> instances(authorizedCommand, new GodCommand.Save(false));
      case CommandRequest.Resurrect _ ->
          instances(authorizedCommand, new GodCommand.Resurrect(true));
    };
  }

  private static GodCommand act(CommandRequest.Action action, List<String> words) {
    return switch (action) {
      case START -> new GodCommand.Act(GodCommand.Action.START, words, Optional.empty(), true);
      case STOP -> new GodCommand.Act(GodCommand.Action.STOP, words);
      case RESTART -> new GodCommand.Act(GodCommand.Action.RESTART, words);
      case DELETE -> new GodCommand.Act(GodCommand.Action.DELETE, words);
      case RESET -> new GodCommand.Reset(words);
    };
  }

  private Future<CommandReply> scale(
      AuthorizedCommand authorizedCommand, CommandRequest.Scale scale) {
    List<String> apps =
        authorizedCommand.chosen().stream().map(it -> it.spec().name().value()).distinct().toList();
    if (apps.size() != 1) {
      return refused(
          "target: %s matches %d apps, but only one can be scaled at a time"
              .formatted(scale.target(), apps.size()));
    }
    var how = scale.relative() ? GodCommand.Scale.Step.BY : GodCommand.Scale.Step.TO;
    return instances(
        authorizedCommand, new GodCommand.Scale(apps.getFirst(), how, scale.number(), true));
  }

  private Future<CommandReply> type(
      AuthorizedCommand authorizedCommand, CommandRequest.WriteInput type) {
    if (authorizedCommand.chosen().size() != 1) {
      return refused(
          "target: %s matches %d instances: select one by its id"
              .formatted(type.target(), authorizedCommand.chosen().size()));
    }
    String word = TargetSelection.word(authorizedCommand.chosen().getFirst());
    return instances(authorizedCommand, new GodCommand.WriteInput(word, type.line() + "\n"));
  }

  private Future<CommandReply> trigger(
      AuthorizedCommand authorizedCommand, CommandRequest.Trigger trigger) {
    return done(
        authorizedCommand.keyed(
            new GodCommand.Trigger(
                authorizedCommand.words(), trigger.action(), trigger.parameter())),
        reply ->
            new CommandReply.ActionResults(
                reply.actionResults().stream()
                    .map(actionResult -> answer(actionResult, authorizedCommand))
                    .toList()));
  }

  private static CommandReply.ActionResult answer(
      GodReply.ActionResult actionResult, AuthorizedCommand authorizedCommand) {
    String app =
        authorizedCommand.chosen().stream()
            .filter(it -> it.id().equals(actionResult.id()))
            .findFirst()
            .map(it -> it.spec().name().value())
            .orElse("");
    return new CommandReply.ActionResult(
        app, actionResult.id().value(), Json.decodeValue(actionResult.json()));
  }

  private Future<CommandReply> apply(
      AuthorizedCommand authorizedCommand, CommandRequest.Apply apply) {
    var command =
        new GodCommand.Apply(
            authorizedCommand.apps().specs(),
            apply.apps().file(),
            apply.prune(),
            true,
            apply.dryRun(),
            true);
    return done(
        apply.dryRun() ? command : authorizedCommand.keyed(command),
        reply ->
            new CommandReply.Changes(
                reply.changes().stream().map(CommandMessageMapper::change).toList(),
                notes(authorizedCommand, reply)));
  }

  private Future<CommandReply> instances(AuthorizedCommand authorizedCommand, GodCommand command) {
    return done(
        authorizedCommand.keyed(command),
        reply ->
            new CommandReply.Instances(
                CommandMessageMapper.plain(reply.instances()), notes(authorizedCommand, reply)));
  }

  private Future<CommandReply> done(GodCommand command, Function<GodReply, CommandReply> success) {
    return serviceClient
        .done(command)
        .map(reply ->
            reply.problems().isEmpty()
                ? success.apply(reply)
                : new Failed(
                    Code.FAILED, reply.problems(), CommandMessageMapper.plain(reply.instances())));
  }

  private static List<String> notes(AuthorizedCommand authorizedCommand, GodReply reply) {
    List<String> notes = new ArrayList<>(authorizedCommand.apps().notes());
    notes.addAll(reply.notes());
    return notes;
  }

  private static Future<CommandReply> refused(String problem) {
    return Future.succeededFuture(new Failed(Code.INVALID, problem));
  }
}
