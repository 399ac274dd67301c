story impatience
title
  en: The impatient participant
  zh: 不耐烦的参与者
run commit:impatient;r1;s3;clients=1;transfers=0

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until count state = prepared >= 4
  en: In this variant a participant waits 120 ms after its YES, and then aborts by itself. As long as all goes well,
    that never happens.
  zh: 在这个变体里，参与者投赞成票之后只等 120 ms，随后就擅自中止。只要一切顺利，这种情况不会发生。
  ask
    en: n5 has voted YES and hears nothing for a long time. May it abort by itself?
    zh: n5 投了赞成票，之后很久没有音信。它可以擅自中止吗？
    right
      en: No: the others may already have committed
      zh: 不可以：其他参与者可能已经提交
      why
        en: With its YES it gave its vote away. Watch for the one COMMIT that does not arrive.
        zh: 投出赞成票就交出了决定权。留意那条没有送达的 COMMIT。
    wrong
      en: Yes: whoever has not heard COMMIT has not committed
      zh: 可以：没收到 COMMIT 就没有提交
      why
        en: It has not, but the coordinator may have decided, and others may have heard it.
        zh: 它自己没有，但协调者可能已经决定，别的参与者可能已经收到。

step
  until n1.state = deciding
  spot n1
  en: All votes are YES, and n1 is about to commit. Now you: make two participants decide differently.
  zh: 全票赞成，n1 即将提交。轮到你了：让两个参与者做出不同的决定。
  goal
    reach broken ac1
    within 2s
    allow cut 1
    solve do cut.n5

step
  until time >= 1s
  en: Whoever hears COMMIT commits, whoever does not aborts. No length of timer mends it, for a message may always
    take longer.
  zh: 收到 COMMIT 的就提交，没收到的就中止。把定时器调得再长也无济于事，因为消息总可能来得更晚。
