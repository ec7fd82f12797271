package org.merpati.imap.people;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.merpati.imap.text.Parser;
import org.merpati.kernel.Failure;
import org.merpati.kernel.Refused;
import org.merpati.kernel.TryLater;
import org.merpati.store.MailStore;
import org.merpati.store.Mailbox;
import org.merpati.store.people.Rights;

/**
 * What somebody calls the mailboxes that she reaches: her own by their names, those of others by
 * {@code Other Users/address/name} (RFC 2342 §5). What a right of hers is not enough for is answered as if it were not
 * there, unless she may look it up (RFC 4314 §6).
 */
public final class Names {
    /** The level below which others are. */
    public static final String OTHERS = "Other Users";

    private static final String PREFIX = OTHERS + "/";
    /** How many mailboxes of others somebody is shown of one shard. */
    private static final int SHARED_LIMIT = 10_000;

    private final Logins logins;
    private final Logins.Account self;

    /**
     * Where a name leads.
     *
     * @param mailbox the name that the owner has for it
     */
    public record Spot(Logins.Account owner, String mailbox) {}

    public Names(Logins logins, Logins.Account self) {
        this.logins = logins;
        this.self = self;
    }

    /** Whether a name is, or would be, another's. */
    public static boolean others(String name) {
        return name.equals(OTHERS) || name.startsWith(PREFIX);
    }

    /**
     * Where a name leads, whether or not a mailbox is there; nowhere if it is another's and there is nobody of that
     * name, or no name of a mailbox.
     *
     * @throws TryLater if the other's mailboxes cannot be served here now
     */
    public Optional<Spot> spot(String name) {
        if (!others(name)) {
            return Optional.of(new Spot(self, name));
        }
        int end = name.indexOf('/', PREFIX.length());
        if (end < 0 || end == name.length() - 1) {
            return Optional.empty();
        }
        Optional<Logins.Person> person = logins.person(name.substring(PREFIX.length(), end));
        return person.filter(p -> !p.id().equals(self.id()))
                .map(p -> new Spot(account(p), Parser.lawful(name.substring(end + 1))));
    }

    private Logins.Account account(Logins.Person person) {
        return new Logins.Account(person.user(), person.id(), logins.store(person));
    }

    /** What she calls a mailbox of another. */
    private static String name(Logins.Account owner, String mailbox) {
        return PREFIX + owner.user() + "/" + mailbox;
    }

    /** Makes sure that of what a name leads to everything is known that was acknowledged. */
    public void fresh(String name) {
        spot(name).ifPresent(spot -> spot.owner().store().fresh());
    }

    /** The mailbox that a name leads to, whatever she may do with it. */
    public Optional<Reached> find(String name) {
        Optional<Spot> spot = spot(name);
        if (spot.isEmpty()) {
            return Optional.empty();
        }
        Logins.Account owner = spot.get().owner();
        owner.store().leased();
        return owner.store().mailbox(owner.id(), spot.get().mailbox()).map(m -> reached(owner, m));
    }

    private Reached reached(Logins.Account owner, Mailbox mailbox) {
        boolean own = owner.id().equals(self.id());
        return own
                ? new Reached(owner, mailbox.name(), mailbox, true, Rights.ALL)
                : reached(owner, mailbox, owner.store().rights(self.id(), owner.id(), mailbox.id()));
    }

    private static Reached reached(Logins.Account other, Mailbox mailbox, Rights rights) {
        return new Reached(other, name(other, mailbox.name()), mailbox, false, rights);
    }

    /**
     * The mailbox that a name leads to, for what one of some rights is enough.
     *
     * @return nothing if there is none, or none that she may know of
     * @throws Refused if she may know of it, and has none of the rights
     */
    public Optional<Reached> find(String name, String rights) {
        Optional<Reached> found = find(name);
        if (found.isEmpty()
                || rights.chars().anyMatch(right -> found.get().rights().has((char) right))) {
            return found;
        }
        if (found.get().rights().has('l')) {
            found.get().need(rights.charAt(0));
        }
        return Optional.empty();
    }

    /**
     * The mailbox that a name leads to, for what one of some rights is enough.
     *
     * @throws Refused if there is none that she may know of, or none of the rights is hers
     */
    public Reached reach(String name, String rights) {
        return find(name, rights)
                .orElseThrow(() -> new Refused(Refused.Reason.NONEXISTENT, "there is no mailbox of that name"));
    }

    /**
     * Where a mailbox of a new name would be.
     *
     * @throws Refused if it would be another's, and the nearest mailbox above it does not grant her to make one there
     */
    public Spot reachNew(String name) {
        Optional<Spot> spot = spot(name);
        if (spot.isPresent() && (!others(name) || mayCreate(spot.get()))) {
            return spot.get();
        }
        throw new Refused(Refused.Reason.NO_PERMISSION, "you lack the right k to the mailbox above");
    }

    private boolean mayCreate(Spot spot) {
        Logins.Account owner = spot.owner();
        owner.store().leased();
        for (int at = spot.mailbox().lastIndexOf('/');
                at > 0;
                at = spot.mailbox().lastIndexOf('/', at - 1)) {
            Optional<Mailbox> above =
                    owner.store().mailbox(owner.id(), spot.mailbox().substring(0, at));
            if (above.isPresent()) {
                return reached(owner, above.get()).rights().has('k');
            }
        }
        return false;
    }

    /** Her own mailboxes. */
    public List<Reached> own() {
        return self.store().mailboxes(self.id()).stream()
                .filter(mailbox -> !others(mailbox.name()))
                .map(mailbox -> reached(self, mailbox))
                .toList();
    }

    /** Whether she has all of some rights to a mailbox; it is taken for so where it is not served here now. */
    public boolean has(String name, String rights) {
        try {
            return find(name)
                    .filter(found ->
                            rights.chars().allMatch(right -> found.rights().has((char) right)))
                    .isPresent();
        } catch (TryLater elsewhere) {
            return true;
        }
    }

    /** The mailboxes of others that she may look up, of the shards that are served now; all are asked at once. */
    public List<Reached> shared() {
        List<Reached> shared = new ArrayList<>();
        try (ExecutorService each = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<List<Reached>>> asked = logins.stores().stream()
                    .map(store -> each.submit(() -> shared(store)))
                    .toList();
            for (Future<List<Reached>> answer : asked) {
                shared.addAll(answer.get());
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
            throw new TryLater("this node stops");
        } catch (ExecutionException bug) {
            if (bug.getCause() instanceof Failure failure) {
                throw failure;
            }
            throw new IllegalStateException("a shard could not be asked what is shared", bug.getCause());
        }
        return shared;
    }

    private List<Reached> shared(MailStore store) {
        List<Reached> shared = new ArrayList<>();
        try {
            store.leased();
            for (MailStore.Shared found : store.sharedWith(self.id(), SHARED_LIMIT)) {
                logins.person(found.owner())
                        .filter(person -> person.user().indexOf('/') < 0)
                        .map(person -> new Logins.Account(person.user(), person.id(), store))
                        .map(owner -> reached(owner, found.mailbox(), found.rights()))
                        .ifPresent(shared::add);
            }
        } catch (TryLater elsewhere) {
            // What is not served now is not shown.
        }
        return shared;
    }
}
