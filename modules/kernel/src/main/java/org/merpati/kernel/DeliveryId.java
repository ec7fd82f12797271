package org.merpati.kernel;

/**
 * One recipient's delivery of one message: the mail id and the recipient's place in the envelope, never address text.
 * A shard remembers these, so a repeated delivery stores nothing twice.
 */
public record DeliveryId(MailId mail, int place) {
    @Override
    public String toString() {
        return mail + "." + place;
    }
}
