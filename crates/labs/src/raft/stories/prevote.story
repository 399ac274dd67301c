story prevote
title
  en: Asking first
  zh: 先问一声
run raft:prevote;r1;s3;servers=5;clients=1

step
  until time >= 20ms
  do fire.n1.0
  until n1.commit >= 2
  do cut.n5
  spot n5
  en: n1 leads. Again n5 is cut off. In this variant it asks first whether it would be elected.
  zh: n1 是领导者。n5 再次被隔离。在这个变体里，它会先询问自己能否当选。

step
  until time >= 2s
  spot n5
  claim n5.term = 1
  claim n5.role = pre-candidate
  en: Nobody answers, so n5 never stands. After two seconds it is still in term 1.
  zh: 没有谁答复，n5 因此从未真正参选。两秒之后它仍在任期 1。
  ask
    en: And if its question gets through, right after the cut heals?
    zh: 若网络刚恢复，它的询问就送到了呢？
    right
      en: The others say no, for they hear from n1
      zh: 其他服务器会回绝，因为它们听得到 n1
      why
        en: Who heard from a leader within the shortest election timeout helps nobody against it. Its log is behind, too.
        zh: 在最短选举超时内听到过领导者的，不帮助任何人取代它。何况 n5 的日志也落后。
    wrong
      en: They say yes, and n5 is elected
      zh: 会同意，n5 当选
      why
        en: A question is answered as a vote would be, and these would be refused.
        zh: 询问按真正投票的标准答复，而这样的票会被拒绝。

step
  do heal
  until n5.role = follower
  until time >= 3s
  spot n1
  claim n1.role = leader
  claim all.term = 1
  en: n5 follows again, and n1 leads as if nothing had happened.
  zh: n5 重新跟随，n1 一直是领导者，仿佛什么都没发生。
