-- What the open data of actes needs beside the acte: nothing is published that was not acknowledged.
create index answer_acknowledged on answer (body, filing) where message = '1-2';
