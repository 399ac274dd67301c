story lost-commit
title
  en: The lost COMMIT
  zh: 丢失的 COMMIT
run commit:2pc-cooperative;r1;s6;clients=1;transfers=0;retry_us=5000000

step
  until time >= 30ms
  do do.c1.transfer.10.n2.n3.n4.n5
  until note "decided COMMIT" at n1
  do cut.n1.n5
  spot n1 n5
  en: n1 has decided COMMIT, and just now its link to n5 is cut. Watch who knows of the decision.
  zh: n1 决定提交，就在此刻它与 n5 之间断了。留意谁知道这个决定。

step
  until count state = committed >= 3
  claim n5.state = prepared
  spot n5
  en: Three have committed. COMMIT to n5 is lost: it voted YES, holds its lock and waits.
  zh: 三个参与者已提交。发给 n5 的 COMMIT 丢失了：它投过赞成票，持着锁等待。
  ask
    en: Nothing comes from n1. How can n5 learn the outcome?
    zh: n1 那边没有消息，n5 怎样才能得知结果？
    right
      en: It asks the other participants
      zh: 询问其他参与者
      why
        en: Any of them that has decided knows the outcome. With plain 2PC it could ask n1 alone.
        zh: 任何一个已做出决定的参与者都知道结果。普通 2PC 只能问 n1。
    wrong
      en: It commits when its timer runs out, for it voted YES
      zh: 定时器到期就提交，因为它投过赞成票
      why
        en: Another might have voted NO. A timer tells nothing of that.
        zh: 别的参与者可能投了反对票，定时器对此一无所知。
    wrong
      en: It must wait for the cut to heal
      zh: 只能等网络恢复
      why
        en: In plain 2PC, yes. Here its peers can tell.
        zh: 在普通 2PC 中的确如此，而这里它的同伴可以告知。

step
  until note "asked the others" at n5
  until n5.state = committed
  claim not broken ac1
  claim n5.locks_blocked = 0
  spot n5
  en: Its timer ran out, it asked, and the first that had committed told it. The lock is free though n1 is still out of
    reach. Plain 2PC repeats COMMIT until it is acknowledged.
  zh: 定时器到期后它发出询问，第一个已提交的参与者告知了结果。尽管 n1 仍不可达，锁已释放。普通 2PC 则反复发送 COMMIT，直到收到确认。
