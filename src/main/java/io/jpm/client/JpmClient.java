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

/// A client of a jpm daemon: sends the requests of `docs/bridge.md`, and follows events, log lines
/// and usage. It needs nothing but the JDK.
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
/// Thread-safe. Requests share a connection and are sent in the order of the calls; each
/// subscription has a connection of its own.
///
/// When a connection breaks, pending requests that change something are sent again over a new
/// connection for some seconds, with the same idempotency key, so that no daemon executes them
/// twice. If that does not succeed they fail, as requests that only read do immediately (`LOST`).
/// Subscriptions reconnect by themselves. All threads are virtual and do not keep the program
/// running.
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

  /// Connects to a running daemon with default timeouts. `jpm ping` starts the daemon of a home.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint) {
    return connect(endpoint, Timeouts.defaults());
  }

  /// Connects to a running daemon.
  ///
  /// @throws JpmException `UNREACHABLE`
  public static JpmClient connect(Endpoint endpoint, Timeouts timeouts) {
    JpmClient client = new JpmClient(endpoint, timeouts);
    client.requestQueue.start();
    return client;
  }

  /// Sends a request and waits for the answer: up to [Timeouts#action] if it changes something,
  /// otherwise up to [Timeouts#answer].
  ///
  /// @throws JpmException if the request failed or its result is unknown
  public <R extends Response> R ask(Request<R> request) {
    return ask(request, usual(request));
  }

  /// Sends a request and waits for the answer.
  ///
  /// @param deadline the time after which `TIMEOUT` is thrown; the daemon may still complete the
  ///   request
  /// @throws JpmException if the request failed or its result is unknown
  public <R extends Response> R ask(Request<R> request, Duration deadline) {
    try {
      return askAsync(request, deadline).get();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new JpmException(
          Code.INTERRUPTED,
          "interrupted before the answer: it is not known whether the request was carried out");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof JpmException why ? here(why) : new IllegalStateException(e);
    }
  }

  /// Sends a request. The future fails with a [JpmException].
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

  /// Sends a request. The future fails with a [JpmException], which is `TIMEOUT` after the
  /// deadline. Dependent stages of the future run on a virtual thread and may block.
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
          new JpmException(
              Code.TIMEOUT, "no answer before the deadline; the request may continue", late);
      case null, default -> new JpmException(Code.LOST, String.valueOf(failure), failure);
    };
  }

  /// Returns the same failure with the caller in its stack trace.
  private static JpmException here(JpmException why) {
    JpmException here = new JpmException(why.code(), why.problems(), why.instances());
    here.initCause(why);
    return here;
  }

  /// Follows all events of apps and of the daemon from now on. Once it returns, no later event is
  /// missed.
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followEvents(EventFollower follower) {
    return followEvents(latest(), follower);
  }

  private long latest() {
    List<Event> latest = ask(Request.latestEvents(1)).events();
    return latest.isEmpty() ? 0 : latest.getLast().seq();
  }

  /// Follows all events after a known one: first past events, then new ones. A program that stores
  /// the sequence number of the last event it has processed misses no event while it is not
  /// running.
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
  /// @param seq the sequence number of the known event; 0: start with all events that the daemon
  ///   stores
  /// @throws JpmException if the subscription failed
  public Subscription followEvents(long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS, checked(seq), follower));
  }

  /// Follows the events of one app from now on; the app need not exist yet. A token that is limited
  /// to some apps may follow each of them this way, but not all events.
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followEventsOf(String app, EventFollower follower) {
    return followEventsOf(app, latest(), follower);
  }

  /// Follows the events of one app after a known event.
  ///
  /// @param seq as in [#followEvents(long, EventFollower)]
  /// @throws JpmException if the subscription failed
  public Subscription followEventsOf(String app, long seq, EventFollower follower) {
    return follow(new SubscriptionTarget.Numbered(EVENTS + "." + app, checked(seq), follower));
  }

  private static long checked(long seq) {
    if (seq < 0) {
      throw new IllegalArgumentException("after event " + seq + ": 0 or more expected");
    }
    return seq;
  }

  /// Follows the log lines of an app from now on; the app need not exist yet. Lines printed while
  /// the connection is lost ([Follower#interrupted]) are not delivered; [Request#logs] returns
  /// them.
  ///
  /// @throws JpmException if the subscription failed
  public Subscription followLines(String app, Follower<LogBatch> follower) {
    return follow(new SubscriptionTarget.Live<>(LINES + app, LogBatch::of, follower));
  }

  /// Follows the resource usage of apps and of the machine: every second, or up to every five
  /// seconds while nothing changes.
  ///
  /// @throws JpmException if the subscription failed
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

  /// Ends all subscriptions and fails pending requests (`CLOSED`).
  @Override
  public void close() {
    closed = true;
    requestQueue.close();
    List.copyOf(followings).forEach(FollowLoop::close);
  }
}
