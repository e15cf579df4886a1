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
  /// @param key the idempotency key; empty: the request has none
  record Order(
      Principal who,
      CommandRequest request,
      List<InstanceView> chosen,
      List<InstanceView> all,
      Apps apps,
      Optional<String> key) {
    /// Adds the idempotency key to a command, so that God carries it out only once if it is
    /// repeated.
    GodCommand keyed(GodCommand command) {
      return key.<GodCommand>map(text -> new GodCommand.Keyed(text, command)).orElse(command);
    }

    /// Returns the selectors of the chosen instances for God.
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

  Future<CommandReply> perform(Order order) {
    return switch (order.request()) {
      case CommandRequest.Ping _ ->
          Future.succeededFuture(
              new CommandReply.Pong(
                  context.version(),
                  context.pid(),
                  context.home().toString(),
                  context.since().toEpochMilli()));
      case CommandRequest.ListThem _ ->
          Future.succeededFuture(
              new CommandReply.Instances(ReplyViews.plain(order.chosen()), List.of()));
      case CommandRequest.Describe _ ->
          new Description(serviceClient, context.clock())
              .of(order.chosen())
              .map(instances -> new CommandReply.Instances(instances, List.of()));
      case CommandRequest.Events events -> new PastEvents(serviceClient).of(order.who(), events);
      case CommandRequest.Logs logs -> new LogTail(serviceClient, logs, order.chosen()).read();
      case CommandRequest.Act act -> instances(order, act(act.action(), order.words()));
      case CommandRequest.Reload(_, int parallel) ->
          instances(
              order, new GodCommand.Reload(order.words(), List.of(), parallel, Optional.empty()));
      case CommandRequest.Scale scale -> scale(order, scale);
      case CommandRequest.SendSignal signal ->
          instances(order, new GodCommand.SendSignal(order.words(), signal.signal()));
      case CommandRequest.Tell tell ->
          instances(order, new GodCommand.Send(order.words(), Json.encode(tell.value())));
      case CommandRequest.TypeLine type -> type(order, type);
      case CommandRequest.Trigger trigger -> trigger(order, trigger);
      case CommandRequest.StartApps start ->
          instances(
              order,
              new GodCommand.StartApps(
                  order.apps().specs(), GodCommand.Existing.RESTART, start.apps().file(), true));
      case CommandRequest.Apply apply -> apply(order, apply);
      case CommandRequest.Save _ -> instances(order, new GodCommand.Save(false));
      case CommandRequest.Resurrect _ -> instances(order, new GodCommand.Resurrect(true));
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

  private Future<CommandReply> scale(Order order, CommandRequest.Scale scale) {
    List<String> apps =
        order.chosen().stream().map(it -> it.spec().name().value()).distinct().toList();
    if (apps.size() != 1) {
      return refused(
          "target: %s names %d apps: scale one of them".formatted(scale.target(), apps.size()));
    }
    var how = scale.relative() ? GodCommand.Scale.Step.BY : GodCommand.Scale.Step.TO;
    return instances(order, new GodCommand.Scale(apps.getFirst(), how, scale.number(), true));
  }

  private Future<CommandReply> type(Order order, CommandRequest.TypeLine type) {
    if (order.chosen().size() != 1) {
      return refused(
          "target: %s names %d instances: type to one by its id"
              .formatted(type.target(), order.chosen().size()));
    }
    String word = TargetSelection.word(order.chosen().getFirst());
    return instances(order, new GodCommand.Type(word, type.line() + "\n"));
  }

  private Future<CommandReply> trigger(Order order, CommandRequest.Trigger trigger) {
    return done(
        order.keyed(new GodCommand.Trigger(order.words(), trigger.action(), trigger.parameter())),
        reply ->
            new CommandReply.Answers(
                reply.answers().stream().map(answer -> answer(answer, order)).toList()));
  }

  private static CommandReply.Answer answer(GodReply.Answer answer, Order order) {
    String app =
        order.chosen().stream()
            .filter(it -> it.id().equals(answer.id()))
            .findFirst()
            .map(it -> it.spec().name().value())
            .orElse("");
    return new CommandReply.Answer(app, answer.id().value(), Json.decodeValue(answer.json()));
  }

  private Future<CommandReply> apply(Order order, CommandRequest.Apply apply) {
    var command =
        new GodCommand.Apply(
            order.apps().specs(), apply.apps().file(), apply.prune(), true, apply.dry(), true);
    return done(
        apply.dry() ? command : order.keyed(command),
        reply ->
            new CommandReply.Changes(
                reply.changes().stream().map(ReplyViews::change).toList(), notes(order, reply)));
  }

  private Future<CommandReply> instances(Order order, GodCommand command) {
    return done(
        order.keyed(command),
        reply ->
            new CommandReply.Instances(ReplyViews.plain(reply.instances()), notes(order, reply)));
  }

  private Future<CommandReply> done(GodCommand command, Function<GodReply, CommandReply> success) {
    return serviceClient
        .done(command)
        .map(reply ->
            reply.problems().isEmpty()
                ? success.apply(reply)
                : new Failed(Code.FAILED, reply.problems(), ReplyViews.plain(reply.instances())));
  }

  private static List<String> notes(Order order, GodReply reply) {
    List<String> notes = new ArrayList<>(order.apps().notes());
    notes.addAll(reply.notes());
    return notes;
  }

  private static Future<CommandReply> refused(String problem) {
    return Future.succeededFuture(new Failed(Code.INVALID, problem));
  }
}
