package io.jpm.client;

import io.jpm.client.JpmException.Code;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// A service's way to a daemon of jpm: asks for what `docs/bridge.md` offers, and follows what
/// happens. It needs nothing but the JDK.
///
/// ```java
/// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
///   CountDownLatch online = new CountDownLatch(1);
///   client.followEvents(event -> {
///     if (event.event().equals("online")) {
///       online.countDown();
///     }
///   });
///   client.ask(Request.start(Apps.of(App.of("web", "sleep").with("args", "1000"))));
///   online.await();
///   client.ask(Request.delete("web"));
/// }
/// ```
///
/// It may be used by any number of threads. Requests share a connection and are sent in the order
/// in which they come; each subscription has one of its own. When a connection breaks, the requests
/// that change something and are on their way are sent again by a new one for some seconds, each
/// with the key that it had: the daemon, or the next one, does none of them twice. Where that does
/// not help they fail, as do those that only ask (`LOST`). Every subscription makes a new
/// connection by itself. The threads are virtual and keep no program from ending.
public final class JpmClient implements AutoCloseable {
  private static final String EVENTS = "jpm.events";
  private static final String LINES = "jpm.lines.";
  private static final String USAGE = "jpm.usage";

  private final Endpoint endpoint;
  private final Timeouts timeouts;
  private final RequestQueue requestQueue;
  private final Set<FollowLoop> followings = ConcurrentHashMap.newKeySet();
  private volatile boolean closed;

  private JpmClient(Endpoint endpoint, Timeouts timeouts) {
    this.endpoint = endpoint;
    this.timeouts = timeouts;
    this.requestQueue = new RequestQueue(endpoint, timeouts);
  }

  /// Connects to a daemon that is there. A home's daemon that is not is started by `jpm ping`.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint) {
    return connect(endpoint, Timeouts.usual());
  }

  /// Connects to a daemon that is there.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint, Timeouts timeouts) {
    JpmClient client = new JpmClient(endpoint, timeouts);
    client.requestQueue.start();
    return client;
  }

  /// Asks, and waits for the answer as long as [Timeouts#answer].
  ///
  /// @throws JpmException when it was not done
  public <R extends Response> R ask(Request<R> request) {
    return ask(request, usual(request));
  }

  /// Asks, and waits for the answer.
  ///
  /// @param deadline after it `TIMEOUT` is thrown, though the daemon may go on
  /// @throws JpmException when it was not done
  public <R extends Response> R ask(Request<R> request, Duration deadline) {
    try {
      return askAsync(request, deadline).get();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new JpmException(
          Code.INTERRUPTED, "interrupted before the answer: whether it was done is not known");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof JpmException why ? here(why) : new IllegalStateException(e);
    }
  }

  /// Asks. The future's failure is a [JpmException].
  ///
  /// ```java
  /// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
  ///   CompletableFuture<Integer> count =
  ///       client.askAsync(Request.list()).thenApply(list -> list.instances().size());
  ///   System.out.println(count.get() + " instances");
  /// }
  /// ```
  public <R extends Response> CompletableFuture<R> askAsync(Request<R> request) {
    return askAsync(request, usual(request));
  }

  private Duration usual(Request<?> request) {
    return RequestBody.isRepeatable(request) ? timeouts.action() : timeouts.answer();
  }

  /// Asks. The future's failure is a [JpmException], `TIMEOUT` after the deadline. What hangs on
  /// the future runs on a virtual thread and may block.
  public <R extends Response> CompletableFuture<R> askAsync(Request<R> request, Duration deadline) {
    CompletableFuture<R> answer = new CompletableFuture<>();
    String body = RequestBody.of(request);
    CompletableFuture<JsonMembers> asked =
        RequestBody.isRepeatable(request)
            ? new RepeatableRequest(requestQueue, body, deadline).ask()
            : requestQueue.ask(body, deadline);
    var _ =
        asked.whenCompleteAsync(
            (json, failure) -> complete(answer, request, json, failure),
            Thread::startVirtualThread);
    return answer;
  }

  private static <R extends Response> void complete(
      CompletableFuture<R> answer,
      Request<R> request,
      @Nullable JsonMembers json,
      @Nullable Throwable failure) {
    try {
      if (json == null) {
        answer.completeExceptionally(explained(failure));
      } else {
        answer.complete(request.answer().cast(Response.of(json)));
      }
    } catch (JpmException e) {
      answer.completeExceptionally(e);
    } catch (RuntimeException e) {
      answer.completeExceptionally(
          new JpmException(Code.MALFORMED, "not an answer to " + request + ": " + e, e));
    }
  }

  private static JpmException explained(@Nullable Throwable failure) {
    return switch (failure) {
      case JpmException why -> why;
      case TimeoutException late ->
          new JpmException(Code.TIMEOUT, "no answer before the deadline; it may go on", late);
      case null, default -> new JpmException(Code.LOST, String.valueOf(failure), failure);
    };
  }

  /// The same failure with the caller in its stack trace.
  private static JpmException here(JpmException why) {
    JpmException here = new JpmException(why.code(), why.problems(), why.instances());
    here.initCause(why);
    return here;
  }

  /// Follows what happens to apps and to the daemon from now on. Returns when nothing that happens
  /// later can be missed any more.
  ///
  /// @throws JpmException when that is not to be had
  public Subscription followEvents(EventFollower follower) {
    return followEvents(latest(), follower);
  }

  private long latest() {
    List<Event> latest = ask(Request.latestEvents(1)).events();
    return latest.isEmpty() ? 0 : latest.getLast().seq();
  }

  /// Follows what happens after an event that is known: first what has happened since then, then
  /// what is to come. Who keeps the number of the last event that it has worked through misses
  /// nothing while it is away itself.
  ///
  /// ```java
  /// try (JpmClient client = JpmClient.connect(Endpoint.home(home))) {
  ///   Path mark = home.resolve("my-mark");
  ///   long seen = Files.exists(mark) ? Long.parseLong(Files.readString(mark)) : 0;
  ///   client.followEvents(
  ///       seen,
  ///       new EventFollower() {
  ///         @Override
  ///         public void take(Event event) {
  ///           System.out.println(event.seq() + " " + event.event() + " " + event.reason());
  ///           try {
  ///             Files.writeString(mark, Long.toString(event.seq()));
  ///           } catch (IOException e) {
  ///             throw new UncheckedIOException(e);
  ///           }
  ///         }
  ///
  ///         @Override
  ///         public void missed(GapReason missed) {
  ///           switch (missed) {
  ///             case GapReason.Forgotten(long after, long forgotten) ->
  ///                 System.out.println(forgotten + " events after " + after + " are gone");
  ///             case GapReason.Renumbered _ -> System.out.println("another home");
  ///           }
  ///         }
  ///       });
  /// }
  /// ```
  ///
  /// @param seq the number of that event, 0: all that the daemon keeps come first
  /// @throws JpmException when that is not to be had
  public Subscription followEvents(long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS, checked(seq), follower));
  }

  /// Follows what happens to one app from now on; it need not be there yet. A token that is limited
  /// to apps may follow each of them in this way, and not all at once.
  ///
  /// @throws JpmException when that is not to be had
  public Subscription followEventsOf(String app, EventFollower follower) {
    return followEventsOf(app, latest(), follower);
  }

  /// Follows what happens to one app after an event that is known.
  ///
  /// @param seq as of [#followEvents(long, EventFollower)]
  /// @throws JpmException when that is not to be had
  public Subscription followEventsOf(String app, long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS + "." + app, checked(seq), follower));
  }

  private static long checked(long seq) {
    if (seq < 0) {
      throw new IllegalArgumentException("after event " + seq + ": 0 or more expected");
    }
    return seq;
  }

  /// Follows what an app prints from now on; it need not be there yet. What is printed while the
  /// connection is lost ([Follower#interrupted]) does not come; [Request#logs] has it.
  ///
  /// @throws JpmException when that is not to be had
  public Subscription followLines(String app, Follower<LogBatch> follower) {
    return follow(new SubscriptionTarget.Live<>(LINES + app, LogBatch::of, follower));
  }

  /// Follows what apps and the machine use, every second.
  ///
  /// @throws JpmException when that is not to be had
  public Subscription followUsage(Follower<Usage> follower) {
    return follow(new SubscriptionTarget.Live<>(USAGE, Usage::of, follower));
  }

  private Subscription follow(SubscriptionTarget subscriptionTarget) {
    FollowLoop followLoop =
        new FollowLoop(endpoint, timeouts, subscriptionTarget, followings::remove);
    followings.add(followLoop);
    try {
      if (closed) {
        throw RequestQueue.closed();
      }
      followLoop.start();
      return followLoop;
    } catch (JpmException e) {
      followLoop.close();
      throw here(e);
    }
  }

  /// Ends all subscriptions, and fails the requests that wait for an answer (`CLOSED`).
  @Override
  public void close() {
    closed = true;
    requestQueue.close();
    List.copyOf(followings).forEach(FollowLoop::close);
  }
}
