"""From uploaded bytes to a decided document.

receive         take files apart, keep their bytes, put their pages on record
resumable       uploads in parts, for poor links
watch_folder    a folder whose files are received as they settle
filing          which station and election a document belongs to; file it elsewhere
claims          each delivery of a file, by station and person
own_names       what whoever brings a file called it
conflicts       the same file for two stations: raised, suspended, settled
open_original   a page opened from its original
marked_corners  where a person says that the sheet of a page lies
typed_page      a page that no machine has read: its numbers are left to people
picture_etags   what names a picture of a page for caches
prepare         what can be done about a reading before any lock is held
record_page     a page was read, or could not be
reading_hash    what the ledger says of a reading
decide          a document decided from the newest readings of its pages, and which accepted numbers are held back
answer          what a person says of a number
signing         whether they have signed it
decide_number   a decision made of it
signed_count    how many decisions bear a signature
retry           let pages be read again
progress        how far the work is, counted no more often than that is cheap
pace            how many pages the machine has read lately, minute by minute
views           documents as response bodies, with what an uploader can still mend
"""
