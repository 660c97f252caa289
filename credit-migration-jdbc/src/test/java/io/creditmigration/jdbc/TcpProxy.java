package io.creditmigration.jdbc;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.EnumMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The network between a store and its database, which does to requests what it is told to. Two threads a connection. */
final class TcpProxy implements AutoCloseable {

    /** What can become of a request. */
    enum Cut {
        /** It does not arrive, and the connection is reset. */
        LOST,
        /** A half of it arrives, and the connection is reset: in the middle of a statement. */
        HALF,
        /** It arrives and is carried out, and the connection is reset before the answer. */
        ANSWER_LOST,
        /** It does not arrive, and nobody hears anything until the client gives up. */
        STALLED,
        /** As STALLED, and then it arrives after all, when the client has given up. */
        LATE
    }

    private static final int LATE_MILLIS = 1_500;
    private static final int BUFFER_BYTES = 64 * 1024;

    private final InetSocketAddress database;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Map<Cut, AtomicLong> counts = new EnumMap<>(Cut.class);
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile Supplier<@Nullable Cut> plan = () -> null;
    private volatile ServerSocket listening;
    private final int port;

    TcpProxy(int databasePort) {
        this.database = new InetSocketAddress(InetAddress.getLoopbackAddress(), databasePort);
        for (Cut cut : Cut.values()) {
            counts.put(cut, new AtomicLong());
        }
        this.listening = listen(0);
        this.port = listening.getLocalPort();
        accept(listening);
    }

    int port() {
        return port;
    }

    /** How many requests have come so far. */
    long requests() {
        return requests.get();
    }

    long count(Cut cut) {
        return counts.get(cut).get();
    }

    long refused() {
        return refused.get();
    }

    /** From now on asks this what to do with each request; null lets it pass. */
    void plan(Supplier<@Nullable Cut> newPlan) {
        plan = newPlan;
    }

    /** Does this to the request that comes after so many others, and nothing to those that follow. */
    void cutAfter(long others, Cut cut) {
        AtomicLong left = new AtomicLong(others);
        plan = () -> left.getAndDecrement() == 0 ? cut : null;
    }

    /** Connections are refused, and those that there are reset. */
    void refuse() {
        close(listening);
        refused.incrementAndGet();
        links.forEach(Link::reset);
    }

    /** Connections are accepted again. */
    void accept() {
        listening = listen(port);
        accept(listening);
    }

    @Override
    public void close() {
        close(listening);
        links.forEach(Link::reset);
    }

    private static ServerSocket listen(int at) {
        try {
            ServerSocket socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), at));
            return socket;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void accept(ServerSocket at) {
        daemon(() -> {
            while (!at.isClosed()) {
                try {
                    Socket client = at.accept();
                    new Link(client, new Socket(database.getAddress(), database.getPort())).start();
                } catch (IOException e) {
                    // Closed by us, or the database is down: the client notices.
                }
            }
        });
    }

    private final class Link {
        private final Socket client;
        private final Socket server;
        private volatile boolean answerLost;
        private volatile boolean deaf;

        Link(Socket client, Socket server) throws IOException {
            this.client = client;
            this.server = server;
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
        }

        void start() {
            links.add(this);
            daemon(this::up);
            daemon(this::down);
        }

        private void up() {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                InputStream from = client.getInputStream();
                OutputStream to = server.getOutputStream();
                for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                    requests.incrementAndGet();
                    Cut cut = plan.get();
                    if (cut == null) {
                        to.write(buffer, 0, read);
                        continue;
                    }
                    counts.get(cut).incrementAndGet();
                    switch (cut) {
                        case LOST -> reset();
                        case HALF -> {
                            to.write(buffer, 0, read / 2);
                            reset();
                        }
                        case ANSWER_LOST -> {
                            answerLost = true;
                            to.write(buffer, 0, read);
                        }
                        case STALLED -> deaf = true;
                        case LATE -> {
                            deaf = true;
                            pause(LATE_MILLIS);
                            to.write(buffer, 0, read);
                        }
                    }
                }
            } catch (IOException e) {
                // One of both is gone.
            }
            reset();
        }

        private void down() {
            byte[] buffer = new byte[BUFFER_BYTES];
            try {
                InputStream from = server.getInputStream();
                OutputStream to = client.getOutputStream();
                for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
                    if (answerLost) {
                        break;
                    }
                    if (!deaf) {
                        to.write(buffer, 0, read);
                    }
                }
            } catch (IOException e) {
                // One of both is gone.
            }
            reset();
        }

        /** Without a word of farewell: what is not delivered yet never is. */
        void reset() {
            links.remove(this);
            for (Socket socket : new Socket[] {client, server}) {
                try {
                    socket.setSoLinger(true, 0);
                    socket.close();
                } catch (IOException e) {
                    // Gone already.
                }
            }
        }
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "tcp-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private static void pause(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(ServerSocket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
